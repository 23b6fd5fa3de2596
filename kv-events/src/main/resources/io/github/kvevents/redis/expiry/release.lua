#!lua flags=allow-oom
--[[
Gives away all expiries that an instance has, as if it had been silent for a time. With none
left it is no consumer any more; otherwise who claims them removes it.

KEYS[1]  :expired
ARGV[1]  the consumer group
ARGV[2]  the id of the instance
ARGV[3]  how long, in milliseconds
Reply    how many there were
Error    NOGROUP if the group is gone
Cost     O(log N) an expiry with N pending
--]]
local released, from = 0, '-'
repeat
	local pending = redis.call('XPENDING', KEYS[1], ARGV[1], from, '+', 1000, ARGV[2])
	for _, entry in ipairs(pending) do
		redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, entry[1], 'IDLE', ARGV[3], 'JUSTID')
		from = '(' .. entry[1]
	end
	released = released + #pending
until #pending == 0
if released == 0 then
	redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
end
return released
