#!lua flags=allow-oom
--[[
Renews the lease of a partition of a listener, and writes its checkpoint. Refused when
another instance took it, or it was moved, meanwhile.

KEYS[1]  :listener:<id>    KEYS[2]  :listeners
ARGV[1]  the id of the listener
ARGV[2]  the id of the instance
ARGV[3]  its epoch
ARGV[4]  for how long, in milliseconds
ARGV[5]  1 if the instance begins no event at present, since it knows of a pause
ARGV[6]  the checkpoint, empty to leave it    ARGV[7]  its operation    ARGV[8]  its ordinal
ARGV[9]  the checkpoint history
ARGV[10]  and so on, positions of dead letters that the checkpoint has passed
Reply    0 refused, 1 kept, 2 kept and paused
Cost     O(1) an argument
--]]
local facts = redis.call('HMGET', KEYS[1], 'owner', 'epoch', 'paused')
if facts[1] ~= ARGV[2] or facts[2] ~= ARGV[3] then
	return 0
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local till = string.format('%.0f', now + ARGV[4])
redis.call('ZADD', KEYS[2], string.format('%.0f', now), ARGV[1])
redis.call('HSET', KEYS[1], 'until', till, 'lease', ARGV[4])
if ARGV[6] and ARGV[6] ~= '' then
	redis.call('HSET', KEYS[1], 'checkpoint', ARGV[6], 'operation', ARGV[7], 'ordinal', ARGV[8], 'trail', ARGV[9])
end
if facts[3] and ARGV[5] == '1' then
	redis.call('HSET', KEYS[1], 'obeyed', ARGV[2] .. ' ' .. ARGV[3] .. ' PAUSED')
end
for index = 10, #ARGV do
	redis.call('HDEL', KEYS[1], 'aside:' .. ARGV[index])
end
return facts[3] and 2 or 1
