#!lua flags=allow-oom
--[[
Removes expiries that the hooks have heard of. Runs also when the server is out of memory: it
only makes room.

KEYS[1]  :expired
ARGV[1]  the consumer group
ARGV[2]  and so on, the ids; below 2000
Reply    how many of them were there
Cost     O(1) an id
--]]
local group = table.remove(ARGV, 1)
redis.call('XACK', KEYS[1], group, unpack(ARGV))
return redis.call('XDEL', KEYS[1], unpack(ARGV))
