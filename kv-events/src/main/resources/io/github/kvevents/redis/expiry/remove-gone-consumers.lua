#!lua flags=allow-oom
--[[
Removes the consumers of dead instances. A consumer with pending entries is kept until another
instance has claimed them.

KEYS[1]  :expired
ARGV[1]  the consumer group
ARGV[2]  the minimum idle time of a consumer, in milliseconds
Reply    how many were removed
Error    NOGROUP if the group is gone
Cost     O(1) a consumer
--]]
local removed = 0
for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
	local facts = {}
	for index = 1, #consumer, 2 do
		facts[consumer[index]] = consumer[index + 1]
	end
	if facts['pending'] == 0 and facts['idle'] > tonumber(ARGV[2]) then
		redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], facts['name'])
		removed = removed + 1
	end
end
return removed
