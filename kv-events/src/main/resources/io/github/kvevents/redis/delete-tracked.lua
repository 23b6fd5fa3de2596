#!lua flags=allow-oom
--[[
Removes keys, and with each that was there its deadline and last value. The deadline of a
key that was not there stays: its lifetime may have ended, and nobody noticed yet. Where there
is a change log, each removal gets an entry. Runs also when the server is out of memory: it
makes more room than it takes.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  :log
KEYS[4]  and so on, the keys to remove
ARGV[1]  how many entries of the log to keep, about; empty: there is no log
ARGV[2]  1 to keep the index in step
ARGV[3]  and so on, for each key the header of its entry in the log, empty without a log
ARGV     behind them the value that the key must hold; only with one key, may be left out
Reply    how many keys were removed, fewer than all where what they held is large; for each of
         these what it held, nil if it was absent or failed, or, if it got an entry in
         the log, a list of what it held and the id of the entry; behind them for each key that
         failed its number and the error
Error    WRONGTYPE if one of ours holds another type, or, with one key, that key; nothing is
         removed then
Cost     O(log N) a key with N tracked keys, up to five commands; up to three for the whole call
--]]
local deadlines, values, max_length, indexed = KEYS[1], KEYS[2], ARGV[1], ARGV[2] == '1'
local log = (max_length ~= '') and KEYS[3]
local count = #KEYS - 3
local call = (count == 1) and redis.call or redis.pcall
local expected = ARGV[count + 3]
-- fails where one of ours has another type, before anything is written
if indexed then
	redis.call('ZCARD', deadlines)
	redis.call('HLEN', values)
end
if log then
	redis.call('XLEN', log)
end

-- include batch-reply.lua
-- include log-append.lua
-- include log-find.lua

return for_each(count, function(index)
	local key, header = KEYS[index + 3], ARGV[index + 2]
	if expected then
		local current = call('GET', key)
		if current ~= expected then
			return log and repeated(header, count) or current
		end
	end
	local before = call('GETDEL', key)
	if type(before) == 'table' then
		return before
	end
	if not before then
		return log and repeated(header, count)
	end
	if indexed and redis.call('ZREM', deadlines, key) == 1 then
		redis.call('HDEL', values, key)
	end
	return log and { before, append(key, nil, before, header) } or before
end)
