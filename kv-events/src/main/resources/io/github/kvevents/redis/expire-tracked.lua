#!lua
--[[
Sets the time to live of a key and tracks it. The deadline of an absent key is kept: the key may
have expired undetected.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  the key
ARGV[1]  the time to live in milliseconds
ARGV[2]  1 to keep the value for the expiry
ARGV[3]  the headers that the expiry of the key carries; left out without
Reply    1 if the key exists, 0 if not
Cost     O(log N) with N tracked keys, six commands
--]]
-- fails if the index has the wrong type, before anything is written
redis.call('ZCARD', KEYS[1])
redis.call('HLEN', KEYS[2])
local time = redis.call('TIME')
local deadline = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1])
if redis.call('PEXPIREAT', KEYS[3], deadline) == 0 then
	return 0
end
redis.call('ZADD', KEYS[1], deadline, KEYS[3])
if ARGV[3] then
	redis.call('HSET', KEYS[2], '\255' .. KEYS[3], deadline .. ':' .. ARGV[3])
else
	redis.call('HDEL', KEYS[2], '\255' .. KEYS[3])
end
-- a key of another type is tracked without a value
local value = ARGV[2] == '1' and redis.pcall('GET', KEYS[3])
if type(value) == 'string' then
	redis.call('HSET', KEYS[2], KEYS[3], value)
else
	redis.call('HDEL', KEYS[2], KEYS[3])
end
return 1
