#!lua flags=no-writes
--[[
Reads the size of the value of a key.

KEYS[1]  the key
Reply    the number of bytes, 0 if it is absent or no string
Cost     O(1)
--]]
local value = redis.call('MGET', KEYS[1])[1]
return value and #value or 0
