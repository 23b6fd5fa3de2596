#!lua flags=allow-oom
--[[
Takes over expiries that nobody has touched for a while: the instance that had them is gone.
What was touched at a time that lies ahead, since the server's clock was set back, counts as
touched now: it would not be idle before the clock is there again.

KEYS[1]  :expired    KEYS[2]  :handed
ARGV[1]  the consumer group
ARGV[2]  the id of the instance that takes over
ARGV[3]  for how long they were not touched, in milliseconds
ARGV[4]  where to go on, 0-0 at the start
ARGV[5]  how many to take, at most; fewer if they are large
Reply    where to go on, 0-0 at the end; the expiries, each its id and its fields,
         with the note behind them if there is one
Error    NOGROUP if the group is gone
Cost     O(1) an expiry, twenty times as many are looked at
--]]
-- include bounded-page.lua
-- include note.lua
local noted = redis.call('EXISTS', KEYS[2]) == 1
local from = ARGV[4]
for _, pending in ipairs(redis.call('XPENDING', KEYS[1], ARGV[1], from, '+', 10 * ARGV[5])) do
	-- ahead is idle for no time, and so is what was touched this very millisecond
	if pending[3] == 0 then
		redis.call('XCLAIM', KEYS[1], ARGV[1], pending[2], 0, pending[1], 'JUSTID')
	end
end
local found = bounded(tonumber(ARGV[5]), 524288, function()
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
