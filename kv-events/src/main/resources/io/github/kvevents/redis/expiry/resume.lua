#!lua flags=allow-oom
--[[
Reads again what an instance took and never finished, because the reply was lost on the wire
or because the instance was started anew under the same id.

KEYS[1]  :expired    KEYS[2]  :handed
ARGV[1]  the consumer group
ARGV[2]  the id of the instance
ARGV[3]  behind which id to go on, 0-0 at the start
ARGV[4]  how many to read, at most
ARGV[5]  about how many bytes at most; one expiry at least
Reply    the last id that was looked at, 0-0 at the end; the expiries, each its id and its
         fields, with the note behind them if there is one
Error    NOGROUP if the group is gone
Cost     O(1) an expiry
--]]
-- include bounded-page.lua
-- include note.lua
local after = ARGV[3]
local entries = bounded(tonumber(ARGV[4]), tonumber(ARGV[5]), function()
	local pending = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', 1, 'STREAMS', KEYS[1], after)
	local entry = pending and pending[1][2][1]
	after = entry and entry[1] or after
	return entry, entry ~= nil
end)
local found, trimmed = {}, {}
for _, entry in ipairs(entries) do
	local list = entry[2] and found or trimmed
	list[#list + 1] = entry[2] and with_note(KEYS[2], entry) or entry[1]
end
if #trimmed > 0 then
	redis.call('XACK', KEYS[1], ARGV[1], unpack(trimmed))
	redis.call('HDEL', KEYS[2], unpack(trimmed))
end
return { (#entries > 0) and entries[#entries][1] or '0-0', found }
