#!lua flags=allow-oom
--[[
Takes a key's time to live away and tracks it no longer. The deadline of a key that is not
there stays: its lifetime may have ended, and nobody noticed yet. Runs also when the server
is out of memory.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  the key
Reply    1 if the key exists and had a time to live, 0 if not
Cost     O(log N) with N tracked keys, five commands
--]]
-- before anything is written: fails if the index is none
redis.call('ZCARD', KEYS[1])
redis.call('HLEN', KEYS[2])
if redis.call('PERSIST', KEYS[3]) == 0 then
	return 0
end
redis.call('ZREM', KEYS[1], KEYS[3])
redis.call('HDEL', KEYS[2], KEYS[3])
return 1
