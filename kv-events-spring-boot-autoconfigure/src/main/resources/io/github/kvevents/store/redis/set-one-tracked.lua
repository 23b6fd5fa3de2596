#!lua
--[[
Writes one key, whatever it holds, and keeps its deadline and last value in step. What
set-tracked.lua does for many keys and with conditions, without what it needs for these: this
is the usual write, and two thirds of the cost. A lifetime that ended before the write, and
that nobody noticed yet, is told of first.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  :expired    KEYS[4]  :recent
KEYS[5]  the key
ARGV[1]  the id of the instance
ARGV[2]  the value
ARGV[3]  PX or PXAT; left out for a key that is to live for ever
ARGV[4]  the time of PX or PXAT in milliseconds
Reply    what the key held before, nil if it was absent
Error    WRONGTYPE if it holds another type; nothing is written then
Cost     O(log N) with N tracked keys; two commands without a lifetime, three with PXAT and four
         with PX; six more after a lifetime that nobody noticed
--]]
local call, deadlines, values, key = redis.call, KEYS[1], KEYS[2], KEYS[5]
local value, lifetime, at = ARGV[2], ARGV[3], ARGV[4]
-- first: it is the one that can fail
local before
if lifetime then
	before = call('SET', key, value, 'GET', lifetime, at)
else
	before = call('SET', key, value, 'GET')
end

-- include deadline-of-one.lua
if former then
	local time = call('TIME')
	local now = time[1] * 1000 + math.floor(time[2] / 1000)
	if tonumber(former) <= now then
		local expired, log, append, heard = KEYS[3], nil, nil, true
		-- include lifetime-end.lua
		tell(key, former, now, ARGV[1])
		call('ZADD', KEYS[4], now, key)
	end
end

if lifetime then
	call('HSET', values, key, value)
elseif (before or former) and call('ZREM', deadlines, key) == 1 then
	call('HDEL', values, key)
end
return before
