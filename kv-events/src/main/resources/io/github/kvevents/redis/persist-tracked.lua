#!lua flags=allow-oom
--[[
Removes the time to live of a key and its deadline. The deadline of an absent key is kept: the key
may have expired undetected. Also runs when the server is out of memory.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  the key
Reply    1 if the key exists and had a time to live, 0 if not
Cost     O(log N) with N tracked keys, five commands
--]]
-- fails if the index has the wrong type, before anything is written
redis.call('ZCARD', KEYS[1])
redis.call('HLEN', KEYS[2])
if redis.call('PERSIST', KEYS[3]) == 0 then
	return 0
end
redis.call('ZREM', KEYS[1], KEYS[3])
redis.call('HDEL', KEYS[2], KEYS[3], '\255' .. KEYS[3])
return 1
