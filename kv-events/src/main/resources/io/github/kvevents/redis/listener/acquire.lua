#!lua flags=allow-oom
--[[
Takes a partition of a listener that no other instance has. The epoch rises each time, so that
the owner before can change nothing any more. A lease that ends further ahead than it ever
lasts is void, and so is a removal that lies ahead: the server's clock was set back.

KEYS[1]  :listener:<id>    KEYS[2]  :listeners
ARGV[1]  the id of the listener
ARGV[2]  the id of the instance
ARGV[3]  for how long, in milliseconds
ARGV[4]  since when the instance has the listener, in milliseconds of the server's time
Reply    0 and in how many milliseconds the lease of the other ends; or 1, the epoch and all
         fields with their values; or 2 if the listener was removed since then
Cost     O(1) a field: an instance, or a recent dead letter
--]]
-- include next-epoch.lua
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local facts = redis.call('HMGET', KEYS[1], 'removed', 'owner', 'until', 'lease')
local removed = tonumber(facts[1]) or 0
if removed > tonumber(ARGV[4]) and removed <= now then
	return { 2 }
end
redis.call('ZADD', KEYS[2], string.format('%.0f', now), ARGV[1])
local left = (tonumber(facts[3]) or 0) - now
if facts[2] and facts[2] ~= ARGV[2] and left > 0 and left <= (tonumber(facts[4] or ARGV[3]) or 0) then
	return { 0, left }
end
if facts[1] then
	-- begun anew: what shows the others the removal stays as long as that lives
	redis.call('PERSIST', KEYS[1])
end
local epoch = next_epoch(KEYS[1])
redis.call('HSET', KEYS[1], 'owner', ARGV[2], 'until', string.format('%.0f', now + ARGV[3]), 'lease', ARGV[3],
	'taken', string.format('%.0f', epoch))
redis.call('HDEL', KEYS[1], 'obeyed')
return { 1, epoch, redis.call('HGETALL', KEYS[1]) }
