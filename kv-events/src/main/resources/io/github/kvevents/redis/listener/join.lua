#!lua flags=allow-oom
--[[
Registers an instance of a listener, and returns all that are registered. What lies further ahead than it
can is void: the server's clock was set back. Keeps the instance's lease of partition 0 as well.

KEYS[1]  :listener:<id> of partition 0    KEYS[2]  :listeners of partition 0
ARGV[1]  the id of the instance
ARGV[2]  for how long it says so, in milliseconds
ARGV[3]  the id of the listener
ARGV[4]  the epoch of the lease, empty to keep none
ARGV[5]  1 if the instance begins no event at present, since it knows of a pause
Reply    in how many milliseconds the first of the others is gone, -1 if there are none; the
         server's time and when the listener was last removed, 0 if never, both in
         milliseconds; 1 if partition 0 is paused, else 0; 0 if it isn't kept,
         1 if it is, 2 if it is and is paused; then the ids of all instances
Cost     O(1) a field: an instance, or a recent dead letter
--]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('HSET', KEYS[1], 'instance:' .. ARGV[1], string.format('%.0f', now + ARGV[2]) .. ' ' .. ARGV[2])
local facts = redis.call('HMGET', KEYS[1], 'removed', 'paused', 'owner', 'epoch')
local removed, kept = tonumber(facts[1]) or 0, 0
if ARGV[4] ~= '' and facts[3] == ARGV[1] and facts[4] == ARGV[4] then
	redis.call('ZADD', KEYS[2], string.format('%.0f', now), ARGV[3])
	redis.call('HSET', KEYS[1], 'until', string.format('%.0f', now + ARGV[2]), 'lease', ARGV[2])
	if facts[2] and ARGV[5] == '1' then
		redis.call('HSET', KEYS[1], 'obeyed', ARGV[1] .. ' ' .. ARGV[4] .. ' PAUSED')
	end
	kept = facts[2] and 2 or 1
end
local reply, first = { -1, now, (removed <= now) and removed or 0, facts[2] and 1 or 0, kept }, nil
local fields = redis.call('HGETALL', KEYS[1])
for index = 1, #fields, 2 do
	if string.sub(fields[index], 1, 9) == 'instance:' then
		local id = string.sub(fields[index], 10)
		local till, lease = string.match(fields[index + 1], '^(%d+) ?(%d*)$')
		till = tonumber(till)
		if till and till > now and till - now <= (tonumber(lease) or tonumber(ARGV[2])) then
			reply[#reply + 1] = id
			if id ~= ARGV[1] and (not first or till < first) then
				first = till
			end
		else
			redis.call('HDEL', KEYS[1], fields[index])
		end
	end
end
if first then
	reply[1] = first - now
end
return reply
