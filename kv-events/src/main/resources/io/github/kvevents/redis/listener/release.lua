#!lua flags=allow-oom
--[[
Gives a partition of a listener back, unless it is lost already.

KEYS[1]  :listener:<id>
ARGV[1]  the id of the instance
ARGV[2]  its epoch
Reply    1 if it was given back, 0 if it was lost
Cost     O(1)
--]]
local facts = redis.call('HMGET', KEYS[1], 'owner', 'epoch')
if facts[1] ~= ARGV[1] or facts[2] ~= ARGV[2] then
	return 0
end
redis.call('HDEL', KEYS[1], 'owner', 'until', 'lease', 'taken', 'obeyed')
return 1
