#!lua flags=no-writes
--[[
Reads what a stream says of entries that it no longer has.

KEYS[1]  the stream
Reply    the last id that it gave, how many entries it ever had, the highest id that was deleted,
         and its deadline in milliseconds, 0 for none. Empty if it doesn't exist
Cost     O(1)
--]]
-- include stream-info.lua
local info = stream_info(KEYS[1])
if not info then
	return {}
end
return { info['last-generated-id'], string.format('%.0f', info['entries-added']), info['max-deleted-entry-id'],
	string.format('%.0f', math.max(0, redis.call('PEXPIRETIME', KEYS[1]))) }
