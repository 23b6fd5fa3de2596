#!lua flags=allow-oom
--[[
Removes keys with their deadlines and last values. The deadline of an absent key is kept: the key
may have expired undetected. With a change log, each removal gets an entry. Also runs when the
server is out of memory: it frees more memory than it uses.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  :log
KEYS[4]  and so on, the keys to remove
ARGV[1]  approximately how many entries of the log to keep; empty without a log
ARGV[2]  1 to update the index
ARGV[3]  and so on, for each key the header of its entry in the log, empty without a log
ARGV     then the value that the key must hold; only with one key, may be left out
Reply    how many keys were processed, fewer than all if their values are large; for each of
         them its value, nil if it was absent or failed, or, if it got a log entry, a list of
         its value and the id of the entry; then for each key that failed its number and the
         error
Error    WRONGTYPE if a key of this library has the wrong type, or, with one key, that key;
         nothing is removed then
Cost     O(log N) a key with N tracked keys, up to five commands; up to three for the whole call
--]]
local deadlines, values, max_length, indexed = KEYS[1], KEYS[2], ARGV[1], ARGV[2] == '1'
local log = (max_length ~= '') and KEYS[3]
local count = #KEYS - 3
local call = (count == 1) and redis.call or redis.pcall
local expected = ARGV[count + 3]
-- fails if a key of this library has the wrong type, before anything is written
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
		redis.call('HDEL', values, key, '\255' .. key)
	end
	return log and { before, append(key, nil, before, header) } or before
end)
