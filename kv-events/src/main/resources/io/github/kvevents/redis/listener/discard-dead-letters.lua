#!lua flags=allow-oom
--[[
Discards dead letters, with the claims of instances that died while they redrove one.

KEYS[1]  :listener:<id>    KEYS[2]  :dead:<id>
ARGV     the ids of the letters, a thousand at most
Reply    how many there were
Cost     O(log N) for each, for N dead letters
--]]
local claims = {}
for index, id in ipairs(ARGV) do
	claims[index] = 'claim:' .. id
end
local removed = redis.call('XDEL', KEYS[2], unpack(ARGV))
redis.call('HDEL', KEYS[1], unpack(claims))
return removed
