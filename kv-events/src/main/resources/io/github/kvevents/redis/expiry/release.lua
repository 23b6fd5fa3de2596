#!lua flags=allow-oom
--[[
Releases all expiries of an instance by setting their idle time. An instance without expiries is
removed as a consumer; otherwise the instance that claims them removes it.

KEYS[1]  :expired
ARGV[1]  the consumer group
ARGV[2]  the id of the instance
ARGV[3]  the idle time, in milliseconds
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
