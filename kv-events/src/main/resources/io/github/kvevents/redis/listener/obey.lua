#!lua flags=allow-oom
--[[
Says that an instance begins no event any more under a lease that it lost.

KEYS[1]  :listener:<id>
ARGV[1]  the id of the instance
ARGV[2]  the epoch of the lease
Reply    1 if another instance may wait for that, 0 if not
Cost     O(1)
--]]
local facts = redis.call('HMGET', KEYS[1], 'owner', 'taken', 'removed')
if not facts[3] and (facts[1] ~= ARGV[1] or facts[2] ~= ARGV[2]) then
	return 0
end
redis.call('HSET', KEYS[1], 'obeyed', ARGV[1] .. ' ' .. ARGV[2] .. ' LOST')
return 1
