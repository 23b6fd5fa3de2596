#!lua flags=allow-oom
--[[
Says of expiries that an instance works on that it does: nobody else takes them over. Those that
another instance has taken meanwhile stay with it.

KEYS[1]  :expired
ARGV[1]  the consumer group
ARGV[2]  the id of the instance
ARGV[3]  and so on, the ids
Reply    how many are still its own
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
