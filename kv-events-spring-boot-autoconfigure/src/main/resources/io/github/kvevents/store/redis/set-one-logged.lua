#!lua
--[[
Writes one key, whatever it holds, with its entry in the change log. What set-tracked.lua does
for many keys and with conditions, without what it needs for these: this is the usual write. A
write of equal bytes has no entry. A lifetime that ended before the write, and that nobody
noticed yet, is told of first.

KEYS[1]  the key    KEYS[2]  :log
KEYS[3]  :deadlines    KEYS[4]  :values    KEYS[5]  :expired    KEYS[6]  :recent; all four are
         left out where no index is kept
ARGV[1]  the value
ARGV[2]  the meta of the entry
ARGV[3]  how many entries of the log to keep, about
ARGV[4]  PX or PXAT, empty for a key that is to live for ever
ARGV[5]  the time of PX or PXAT in milliseconds, or empty
ARGV[6]  1 if a hook waits for expiries
ARGV[7]  the id of the instance
Reply    a list of what the key held before, nil if it was absent, and, if the value is another
         one now, the id of the entry
Error    WRONGTYPE if it holds another type; nothing is written then
Cost     O(log N) with N tracked keys; three commands without a lifetime, four with PXAT and
         five with PX; one more that reads some entries if the bytes were equal; six more after
         a lifetime that nobody noticed
--]]
local call, key, log, deadlines, value, meta, lifetime = redis.call, KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[2],
	ARGV[4]
-- first: it is the one that can fail
local before
if lifetime == '' then
	before = call('SET', key, value, 'GET')
else
	before = call('SET', key, value, 'GET', lifetime, ARGV[5])
end

if deadlines then
	local former = before or call('ZSCORE', deadlines, key)
	if former and not before then
		local time = call('TIME')
		local now = time[1] * 1000 + math.floor(time[2] / 1000)
		if tonumber(former) <= now then
			local values, expired, max_length, heard = KEYS[4], KEYS[5], ARGV[3], ARGV[6] == '1'
			-- include log-append.lua
			-- include lifetime-end.lua
			tell(key, former, now, ARGV[7])
			call('ZADD', KEYS[6], now, key)
		end
	end
	if lifetime ~= '' then
		-- asking for it is cheaper than TIME, and exact
		call('ZADD', deadlines, (lifetime == 'PX') and call('PEXPIRETIME', key) or ARGV[5], key)
		call('HSET', KEYS[4], key, value)
	elseif former and call('ZREM', deadlines, key) == 1 then
		call('HDEL', KEYS[4], key)
	end
end

if not before then
	return { false, call('XADD', log, 'MAXLEN', '~', ARGV[3], '*', 'm', meta, 'k', key, 'v', value) }
end
if before ~= value then
	return { before, call('XADD', log, 'MAXLEN', '~', ARGV[3], '*', 'm', meta, 'k', key, 'v', value, 'p', before) }
end
-- include log-find.lua
return repeated(meta, 1) or { before }
