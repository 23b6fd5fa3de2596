#!lua
--[[
Writes a key if it holds the expected value. The time to live is kept.

KEYS[1]  the key
ARGV[1]  the value to write
ARGV[2]  the value that the key must hold; not given: the key must be absent
Reply    1 if it was written, 0 if not
Error    WRONGTYPE if the key holds another type; nothing is written then
Cost     O(1), two commands
--]]
local current = redis.call('GET', KEYS[1])
if current ~= (ARGV[2] or false) then
	return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'KEEPTTL')
return 1
