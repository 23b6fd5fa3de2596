#!lua flags=no-writes
--[[
Reads a page of a stream, bounded in entries and in bytes. It always contains the first entry,
unless that one is too large to be read at all.

KEYS[1]  the stream
ARGV[1]  XRANGE or XREVRANGE
ARGV[2]  where to start, as an argument of it    ARGV[3]  where to end
ARGV[4]  how many entries at most
ARGV[5]  approximately how many bytes at most
ARGV[6]  how many bytes a single entry may have
ARGV[7]  known: the entry at the start id, if it exists, is returned with its first two fields
         only and is not counted, since the reader has it; ids: entries are returned without
         fields; empty: entries are returned completely
Reply    1 if there may be more, 0 at the end; then the entries, each its id and its fields. An
         entry that is too large is returned as its id and its number of bytes
Cost     O(N) for N entries
--]]
local command, start, stop, max = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local max_bytes, max_entry_bytes, mode = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
local reply, bytes, taken, step = { 1 }, 0, 0, 1

local function size_of(fields)
	local size = 0
	for _, field in ipairs(fields) do
		size = size + #field
	end
	return size
end

local first = start
while #reply <= max do
	local asked = math.min(step, max + 1 - #reply)
	local entries = redis.call(command, KEYS[1], start, stop, 'COUNT', asked)
	for _, entry in ipairs(entries) do
		local fields = entry[2]
		if mode == 'ids' then
			reply[#reply + 1] = { entry[1] }
		elseif mode == 'known' and entry[1] == first then
			reply[#reply + 1] = { entry[1], { fields[1], fields[2], fields[3], fields[4] } }
		else
			local size = size_of(fields)
			if taken > 0 and bytes + size > max_bytes then
				return reply
			end
			reply[#reply + 1] = (size <= max_entry_bytes) and entry or { entry[1], size }
			bytes = bytes + size
			taken = taken + 1
		end
		start = '(' .. entry[1]
	end
	if #entries < asked then
		reply[1] = 0
		return reply
	end
	-- no more than fit if the next entries have the same size
	local fitting = (taken > 0) and math.floor((max_bytes - bytes) * taken / (bytes + 1)) or step
	step = math.max(1, math.min(2 * step, fitting))
end
return reply
