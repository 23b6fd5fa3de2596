#!lua flags=allow-oom
--[[
Pauses a partition of a listener for all instances, or ends that.

KEYS[1]  :listener:<id>
ARGV[1]  1 to pause it, 0 to end that
Reply    the instance that owns the partition, the epoch of its lease, and in how many milliseconds
         that ends; empty if none does, or the pause ends
Cost     O(1)
--]]
-- include lease-holder.lua
if ARGV[1] == '0' then
	redis.call('HDEL', KEYS[1], 'paused')
	return {}
end
redis.call('HSET', KEYS[1], 'paused', 1)
local obeyed = redis.call('HGET', KEYS[1], 'obeyed')
if obeyed and string.find(obeyed, 'PAUSED', 1, true) then
	-- of an earlier pause, that has ended since
	redis.call('HDEL', KEYS[1], 'obeyed')
end
return holder(KEYS[1])
