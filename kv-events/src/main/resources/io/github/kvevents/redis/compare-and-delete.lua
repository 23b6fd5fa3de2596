#!lua flags=allow-oom
--[[
Removes a key if it holds the expected value. Also runs when the server is out of memory: it only
frees memory.

KEYS[1]  the key
ARGV[1]  the value that the key must hold; not given: the key must be absent
Reply    1 if it is gone now, 0 if it held something else
Error    WRONGTYPE if the key holds another type; it stays then
Cost     O(1), two commands
--]]
local current = redis.call('GET', KEYS[1])
if current ~= (ARGV[1] or false) then
	return 0
end
redis.call('DEL', KEYS[1])
return 1
