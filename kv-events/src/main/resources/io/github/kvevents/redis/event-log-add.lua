#!lua
--[[
Adds entries to an event log, all of them or none: everything that can fail (wrong type of the
key, out of memory) fails before the first entry is added. The first field of an entry, '#', is
'origin-number': the origin distinguishes this log from an earlier one of the same name, the
number counts all entries ever added, so that readers detect a gap.

KEYS[1]  the log, a stream
ARGV[1]  approximately how many entries to keep; empty: all
ARGV[2]  time to live in milliseconds from now; empty: unchanged
ARGV[3…] for each entry: how many arguments follow for it, then its fields and values
Reply    the ids of the entries, in order, with a space between two: a single string saves a
         twentieth of the cost
Error    WRONGTYPE if the key holds another type, OOM if memory is exhausted; nothing is
         written then
Cost     O(number of fields), one XADD for each entry and at most two commands beside
--]]
local function mark(entry)
	if entry and entry[2][1] == '#' then
		local origin = string.match(entry[2][2], '^(%d+)%-%d+$')
		-- of another client if it is longer
		return origin and #origin <= 18 and origin or nil
	end
end

local origin
local number = 0
-- fails where there is no log yet, which costs less than to ask for that first
local info = redis.pcall('XINFO', 'STREAM', KEYS[1])
if not info.err then
	-- where they are in Redis 7 and Valkey 8, which saves to look for them
	local at, first_at, last_at = 11, 17, 19
	if info[11] ~= 'entries-added' or info[17] ~= 'first-entry' or info[19] ~= 'last-entry' then
		for index = 1, #info, 2 do
			local name = info[index]
			at = (name == 'entries-added') and index or at
			first_at = (name == 'first-entry') and index or first_at
			last_at = (name == 'last-entry') and index or last_at
		end
	end
	number = info[at + 1]
	-- an entry of another client has no origin, but usually the other end has one
	origin = mark(info[last_at + 1]) or mark(info[first_at + 1])
elseif not string.find(info.err, 'no such key', 1, true) then
	redis.call('XINFO', 'STREAM', KEYS[1])
end
if not origin then
	-- microseconds: a log may be deleted and recreated within one millisecond
	local time = redis.call('TIME')
	origin = time[1] .. string.format('%06d', time[2])
end

local function add(from, to)
	local entry = origin .. '-' .. string.format('%.0f', number)
	if ARGV[1] ~= '' then
		return redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', '#', entry, unpack(ARGV, from, to))
	end
	return redis.call('XADD', KEYS[1], '*', '#', entry, unpack(ARGV, from, to))
end

local ids = {}
local index = 3
while index <= #ARGV do
	local last = index + tonumber(ARGV[index])
	number = number + 1
	ids[#ids + 1] = add(index + 1, last)
	index = last + 1
end
if ARGV[2] ~= '' then
	redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return ids[2] and table.concat(ids, ' ') or ids[1]
