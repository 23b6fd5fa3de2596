#!lua
--[[
Gives a key a time to live and tracks it from then on. The deadline of a key that is not
there stays: its lifetime may have ended, and nobody noticed yet.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  the key
ARGV[1]  the time to live in milliseconds
Reply    1 if the key exists, 0 if not
Cost     O(log N) with N tracked keys, six commands
--]]
-- before anything is written: fails if the index is none
redis.call('ZCARD', KEYS[1])
redis.call('HLEN', KEYS[2])
local time = redis.call('TIME')
local deadline = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1])
if redis.call('PEXPIREAT', KEYS[3], deadline) == 0 then
	return 0
end
redis.call('ZADD', KEYS[1], deadline, KEYS[3])
-- a key of another type is tracked without a value
local value = redis.pcall('GET', KEYS[3])
if type(value) == 'string' then
	redis.call('HSET', KEYS[2], KEYS[3], value)
else
	redis.call('HDEL', KEYS[2], KEYS[3])
end
return 1
