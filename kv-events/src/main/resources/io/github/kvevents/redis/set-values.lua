#!lua
--[[
Writes many keys unconditionally and without a lifetime. A faster form of set-all.lua for the most
frequent batch, at half the cost: several keys are read and written by one command each. A key that
can't be written does not stop the following ones.

KEYS[i]  the keys, each once
ARGV[i]  the value of key i
Reply    as that of set-all.lua: how many keys were processed, fewer than all if their values were
         large; for each of them its previous value, nil if it was absent or failed; then for each
         key that failed its number and the error
Cost     O(1) for each key, two or three commands for 16 keys
--]]
local reply, failures, bytes, done, step = { 0 }, {}, 0, 0, 1

-- one after the other, since one of them can't be written
local function write_each(from, to)
	for index = from, to do
		local before = redis.pcall('SET', KEYS[index], ARGV[index], 'GET')
		if type(before) == 'table' then
			failures[#failures + 1] = tostring(index)
			failures[#failures + 1] = before.err
			before = false
		end
		reply[index + 1] = before
	end
end

local function write(from, to)
	local before = redis.pcall('MGET', unpack(KEYS, from, to))
	if before.err then
		return false
	end
	local entries, absent = {}, {}
	for index = from, to do
		entries[#entries + 1] = KEYS[index]
		entries[#entries + 1] = ARGV[index]
		local value = before[index - from + 1]
		if not value then
			absent[#absent + 1] = KEYS[index]
		end
		reply[index + 1] = value
	end
	-- MGET replies nil for other types, too
	if #absent > 0 and redis.pcall('EXISTS', unpack(absent)) ~= 0 then
		return false
	end
	return not redis.pcall('MSET', unpack(entries)).err
end

repeat
	-- several at a time, but not so many that large values would fill the memory of the server
	local from, to = done + 1, math.min(done + step, #KEYS)
	if not write(from, to) then
		write_each(from, to)
	end
	for index = from, to do
		bytes = bytes + (reply[index + 1] and #reply[index + 1] or 0)
	end
	done = to
	step = math.max(1, math.min(2 * step, 16, math.floor((524288 - bytes) * done / (bytes + 1))))
until done == #KEYS or bytes >= 524288
reply[1] = done
for _, failure in ipairs(failures) do
	reply[#reply + 1] = failure
end
return reply
