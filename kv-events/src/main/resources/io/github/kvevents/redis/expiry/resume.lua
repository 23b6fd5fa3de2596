#!lua flags=allow-oom
--[[
Reads the expiries that an instance has taken and not acknowledged, because a reply was lost or
because the instance was restarted under the same id.

KEYS[1]  :expired    KEYS[2]  :handed
ARGV[1]  the consumer group
ARGV[2]  the id of the instance
ARGV[3]  the id after which to resume, 0-0 at the start
ARGV[4]  how many to read, at most
ARGV[5]  approximately how many bytes at most; at least one expiry
Reply    the last id that was read, 0-0 at the end; the expiries, each its id and its
         fields, followed by the note if there is one
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
