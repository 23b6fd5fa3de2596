#!lua flags=no-writes
--[[
Reads the status of a partition of a listener.

KEYS[1]  :listener:<id>    KEYS[2]  :dead:<id>
Reply    the id of the instance that owns it, empty if none does; all fields and their values;
         how many dead letters there are
Cost     O(1) a field: an instance, or a recent dead letter
--]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local facts = redis.call('HMGET', KEYS[1], 'owner', 'until', 'lease')
local left = (tonumber(facts[2]) or 0) - now
-- one that ends further ahead than it ever lasts is void: the clock was set back
local owner = facts[1] and left > 0 and left <= (tonumber(facts[3] or left) or 0) and facts[1] or ''
return { owner, redis.call('HGETALL', KEYS[1]), redis.call('XLEN', KEYS[2]) }
