#!lua flags=allow-oom
--[[
Takes new expiries.

KEYS[1]  :expired
ARGV[1]  the consumer group
ARGV[2]  the id of the instance
ARGV[3]  how many to take, at most
ARGV[4]  approximately how many bytes at most; at least one expiry
Reply    the expiries, each its id and its fields
Error    NOGROUP if the group is gone
Cost     O(1) an expiry
--]]
-- include bounded-page.lua
return bounded(tonumber(ARGV[3]), tonumber(ARGV[4]), function()
	local read = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', 1, 'STREAMS', KEYS[1], '>')
	local entry = read and read[1][2][1]
	return entry, entry ~= nil
end)
