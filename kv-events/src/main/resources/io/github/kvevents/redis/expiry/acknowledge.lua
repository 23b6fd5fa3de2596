#!lua flags=allow-oom
--[[
Acknowledges expiries that an instance has handled: removes those that all receivers have received,
and hands on those that a hook of another instance has not received yet. Does nothing if other
instances have started, stopped or changed their hooks since the caller read them. Also runs when
the server is out of memory: it adds little.

KEYS[1]  :expired    KEYS[2]  :hooks    KEYS[3]  :handed
KEYS[4]  and so on, :wake of each instance that receives something
ARGV[1]  the consumer group
ARGV[2]  the id of the instance
ARGV[3]  the version of :hooks that the caller knows, empty if there is none
ARGV[4]  how many to remove; below 2000
ARGV[5]  and so on, their ids; then four for each to hand on: its id, the receiving instance, the
         number of its :wake in KEYS, and the note
Reply    1, or 0 if the version has changed
Cost     O(1) an id; O(log N) for one that is handed on, with N pending
--]]
local expired, handed, group = KEYS[1], KEYS[3], ARGV[1]
if (redis.call('HGET', KEYS[2], 'v') or '') ~= ARGV[3] then
	return 0
end
local done = tonumber(ARGV[4])
if done > 0 then
	redis.call('XACK', expired, group, unpack(ARGV, 5, 4 + done))
	redis.call('XDEL', expired, unpack(ARGV, 5, 4 + done))
	if redis.call('EXISTS', handed) == 1 then
		redis.call('HDEL', handed, unpack(ARGV, 5, 4 + done))
	end
end
for index = 5 + done, #ARGV, 4 do
	local id, instance, wake, note = unpack(ARGV, index, index + 3)
	-- unless another instance has claimed it meanwhile
	if #redis.call('XPENDING', expired, group, id, id, 1, ARGV[2]) > 0 then
		redis.call('XCLAIM', expired, group, instance, 0, id, 'JUSTID')
		redis.call('HSET', handed, id, note)
		redis.call('PEXPIRE', handed, 86400000)
		redis.call('XADD', KEYS[tonumber(wake)], 'MAXLEN', '~', 10000, '*', 'id', id)
		redis.call('PEXPIRE', KEYS[tonumber(wake)], 3600000, 'NX')
	end
end
return 1
