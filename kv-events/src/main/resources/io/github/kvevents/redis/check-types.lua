#!lua flags=no-writes
--[[
Fails if a key of this library that writes use has the wrong type.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  :expired    KEYS[4]  :recent
KEYS[5]  :log
ARGV[1]  1 if expiries are tracked
ARGV[2]  1 if there is a change log
Reply    1
Error    WRONGTYPE
Cost     O(1)
--]]
if ARGV[1] == '1' then
	redis.call('ZCARD', KEYS[1])
	redis.call('HLEN', KEYS[2])
	redis.call('XLEN', KEYS[3])
	redis.call('ZCARD', KEYS[4])
end
if ARGV[2] == '1' then
	redis.call('XLEN', KEYS[5])
end
return 1
