#!lua
--[[
Sets what move-read-counters.lua read of a stream, after its entries were added.

KEYS[1]  the stream, created if it doesn't exist
ARGV[1]  the last id that it gave    ARGV[2]  how many entries it ever had
ARGV[3]  the highest id that was deleted
ARGV[4]  its deadline in milliseconds, 0 for none
Reply    1
Cost     O(1)
--]]
if redis.call('EXISTS', KEYS[1]) == 0 then
	redis.call('XGROUP', 'CREATE', KEYS[1], 'move', '0', 'MKSTREAM')
	redis.call('XGROUP', 'DESTROY', KEYS[1], 'move')
end
redis.call('XSETID', KEYS[1], ARGV[1], 'ENTRIESADDED', ARGV[2], 'MAXDELETEDID', ARGV[3])
if ARGV[4] ~= '0' then
	redis.call('PEXPIREAT', KEYS[1], ARGV[4])
end
return 1
