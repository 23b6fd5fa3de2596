#!lua flags=allow-oom
--[[
Claims expiries that have been idle for a while: the instance that took them is dead. Entries whose
last delivery is in the future, since the clock of the server was set back, get the current time:
otherwise they would not become idle before the clock has caught up.

KEYS[1]  :expired    KEYS[2]  :handed
ARGV[1]  the consumer group
ARGV[2]  the id of the claiming instance
ARGV[3]  the minimum idle time, in milliseconds
ARGV[4]  where to resume, 0-0 at the start
ARGV[5]  how many to take, at most
ARGV[6]  approximately how many bytes at most; at least one expiry
Reply    where to resume, 0-0 at the end; the expiries, each its id and its fields,
         followed by the note if there is one
Error    NOGROUP if the group is gone
Cost     O(1) an expiry, twenty times as many are examined
--]]
-- include bounded-page.lua
-- include note.lua
local noted = redis.call('EXISTS', KEYS[2]) == 1
local from = ARGV[4]
for _, pending in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], from, '+', 10 * ARGV[5])) do
	-- idle time 0: the last delivery is in the future, or in this millisecond
	if pending[3] == 0 then
		redis.call('XCLAIM', KEYS[1], ARGV[1], pending[2], 0, pending[1], 'JUSTID')
	end
end
local found = bounded(tonumber(ARGV[5]), tonumber(ARGV[6]), function()
	local reply = redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], from, 'COUNT', 1)
	from = reply[1]
	for _, trimmed in ipairs(noted and reply[3] or {}) do
		redis.call('HDEL', KEYS[2], trimmed)
	end
	return reply[2][1], from ~= '0-0'
end)
for _, entry in ipairs(noted and found or {}) do
	with_note(KEYS[2], entry)
end
return { from, found }
