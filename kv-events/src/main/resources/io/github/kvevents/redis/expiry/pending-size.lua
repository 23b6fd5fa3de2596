#!lua flags=no-writes
--[[
Reads the size of the first expiry that an instance has taken and not acknowledged.

KEYS[1]  :expired
ARGV[1]  the consumer group
ARGV[2]  the id of the instance
ARGV[3]  the id after which to search, 0-0 at the start
Reply    the name of the key in Redis and the number of bytes of the entry; empty if there is none
Error    NOGROUP if the group is gone
Cost     O(log N) with N pending
--]]
local pending = redis.call('XPENDING', KEYS[1], ARGV[1], '(' .. ARGV[3], '+', 1, ARGV[2])[1]
local entry = pending and redis.call('XRANGE', KEYS[1], pending[1], pending[1])[1]
if not entry then
	return {}
end
local key, bytes = '', 0
for index = 1, #entry[2], 2 do
	key = (entry[2][index] == 'key') and entry[2][index + 1] or key
	bytes = bytes + #entry[2][index] + #entry[2][index + 1]
end
return { key, bytes }
