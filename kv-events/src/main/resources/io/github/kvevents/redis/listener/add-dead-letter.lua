#!lua
--[[
Adds an event to the dead letters of a listener, once: a mark stays until the checkpoint has
passed it, so that an instance that takes over doesn't put it there again.

KEYS[1]  :listener:<id>    KEYS[2]  :dead:<id>
ARGV[1]  the id of the instance
ARGV[2]  its epoch
ARGV[3]  the position of the event
ARGV[4]  and so on, the fields of the dead letter and their values
Reply    0 refused, 1 added, 2 was there already
Cost     O(1)
--]]
local facts = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'aside:' .. ARGV[3])
if facts[1] ~= ARGV[1] or facts[2] ~= ARGV[2] then
	return 0
end
if facts[3] then
	return 2
end
redis.call('XADD', KEYS[2], '*', unpack(ARGV, 4))
redis.call('HSET', KEYS[1], 'aside:' .. ARGV[3], 1)
return 1
