#!lua flags=allow-oom
--[[
Resets the idle time of expiries in flight, so that no other instance claims them. Expiries that
another instance has claimed meanwhile are left alone.

KEYS[1]  :expired
ARGV[1]  the consumer group
ARGV[2]  the id of the instance
ARGV[3]  and so on, the ids
Reply    how many still belong to the instance
Cost     O(log N) an id with N pending
--]]
local kept = 0
for index = 3, #ARGV do
	local id = ARGV[index]
	if #redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1, ARGV[2]) > 0 then
		redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, id, 'JUSTID')
		kept = kept + 1
	end
end
return kept
