#!lua
--[[
Writes one key unconditionally, with its entry in the change log. A faster form of set-tracked.lua
for the most frequent write. A write of equal bytes has no entry. An undetected expiry of the key
is published first.

KEYS[1]  the key    KEYS[2]  :log
KEYS[3]  :deadlines    KEYS[4]  :values    KEYS[5]  :expired    KEYS[6]  :recent; all four are
         left out without an index
ARGV[1]  the value
ARGV[2]  the header of the entry, without a batch
ARGV[3]  approximately how many entries of the log to keep. Empty or left out: this write does
         not trim the log; only some writes do, which saves time
ARGV[4]  1 if hooks receive expiries, 2 if this instance also delivers a detected expiry itself;
         otherwise empty, or left out. An n behind it: the value isn't kept for the expiry
ARGV[5]  PX or PXAT; left out for a key that never expires
ARGV[6]  the time of PX or PXAT in milliseconds
ARGV[7]  the headers that the expiry of the key carries; left out without, or without an index
Reply    the id of the entry, if there is one; then, unless the key was absent, a colon and its
         previous value. A single string saves a tenth of the cost. If the caller delivers a
         detected expiry, the result of lifetime-end.lua instead of the colon, each part after
         a line feed, and the value after a plus sign
Error    WRONGTYPE if it, or a key of this library, has another type; nothing is written then
Cost     O(log N) with N tracked keys; three commands without an index, four with one, six with
         PXAT and seven with PX, and one more for a key that has a lifetime already; one more that
         reads some entries if the bytes were equal; eight more after an undetected expiry
--]]
local call, key, log, deadlines = redis.call, KEYS[1], KEYS[2], KEYS[3]
local value, header, lifetime, at = ARGV[1], ARGV[2], ARGV[5], ARGV[6]
-- fails if it is no stream, before anything is written
call('XLEN', log)

local before, ended
if deadlines then
	local values, expired, recent = KEYS[4], KEYS[5], KEYS[6]
	local receivers, carried = ARGV[4] or '', ARGV[7]
	local first = string.sub(receivers, 1, 1)
	local heard, mine, keeps = first == '1' or first == '2', first == '2', string.sub(receivers, -1) ~= 'n'
	-- include set-one.lua
elseif lifetime then
	before = call('SET', key, value, 'GET', lifetime, at)
else
	before = call('SET', key, value, 'GET')
end

-- include ended-text.lua
if before == value then
	-- include log-find.lua
	local found = repeated(header, 1)
	if not found then
		return ':' .. before
	end
	return found[1] and found[2] .. ':' .. found[1] or found[2]
end
if ARGV[3] and ARGV[3] ~= '' then
	local max_length = ARGV[3]
	-- include log-append.lua
	local id = append(key, value, before, header)
	return before and id .. ':' .. before or with_end(id)
end
if before then
	return call('XADD', log, '*', 'm', header, 'k', key, 'v', value, 'p', before) .. ':' .. before
end
return with_end(call('XADD', log, '*', 'm', header, 'k', key, 'v', value))
