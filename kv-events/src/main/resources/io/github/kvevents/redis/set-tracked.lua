#!lua
--[[
Writes keys with their deadlines and, where they are kept, their last values. An undetected expiry of a key is published first.
With a change log, each change gets an entry; a write of equal bytes is no change.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  :expired    KEYS[4]  :recent
KEYS[5]  :log
KEYS[6]  and so on, the keys to write, in order; a key may occur more than once
ARGV[1]  approximately how many entries of the log to keep; empty without a log
ARGV[2]  1 to update the index; then the headers that the expiries of these keys carry, if any
ARGV[3]  1 if hooks receive expiries, 2 if this instance also delivers a detected expiry itself
ARGV[4]  the id of the instance
ARGV[5]  and so on, for each key six: its value; NX, XX, EQ or nothing; PX, PXAT, KEEPTTL or
         nothing; the time of PX or PXAT in milliseconds, the value that the key must hold with
         EQ, or nothing; 1 to keep the value for the expiry; the header of its entry in the log,
         empty without a log. EQ goes with KEEPTTL
Reply    how many keys were processed, fewer than all if their values were large; for each of
         them its previous value, nil if it was absent or failed, or, if it got a log entry, a
         list of that value and the id of the entry; if the caller delivers a detected expiry, a
         list of the same two, nil if there is none, and the result of lifetime-end.lua; then for
         each key that failed its number and the error
Error    WRONGTYPE if a key of this library has the wrong type, or, with one key, that key;
         nothing is written then
Cost     O(log N) a key with N tracked keys, three commands besides TIME for a new one with a
         lifetime, and one for the log; up to five for the whole call
--]]
local deadlines, values, expired, recent = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local max_length, indexed, heard, instance = ARGV[1], ARGV[2] ~= '', ARGV[3] ~= '', ARGV[4]
local carried = (#ARGV[2] > 1) and string.sub(ARGV[2], 2) or nil
local mine, ended = ARGV[3] == '2', nil
local log = (max_length ~= '') and KEYS[5]
local count = #KEYS - 5
-- fails if a key of this library has the wrong type, before anything is written
if indexed then
	redis.call('ZCARD', deadlines)
	redis.call('HLEN', values)
	redis.call('XLEN', expired)
	redis.call('ZCARD', recent)
end
if log then
	redis.call('XLEN', log)
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local call = (count == 1) and redis.call or redis.pcall
-- include batch-reply.lua
-- include log-append.lua
-- include log-find.lua
-- include lifetime-end.lua

-- publishes the expiry of an absent key whose deadline in the index has passed
local function detect(key)
	local deadline = redis.call('ZSCORE', deadlines, key)
	if deadline and tonumber(deadline) <= now then
		ended = publish(key, deadline, now, instance, mine)
		redis.call('ZADD', recent, now, key)
	end
end

local function set(key, value, condition, lifetime, at)
	if at then
		if condition == '' then
			return call('SET', key, value, 'GET', 'PXAT', at)
		end
		return call('SET', key, value, condition, 'GET', 'PXAT', at)
	end
	local command = { 'SET', key, value, 'GET' }
	if condition == 'NX' or condition == 'XX' then
		command[#command + 1] = condition
	end
	if lifetime ~= '' then
		command[#command + 1] = lifetime
	end
	return call(unpack(command))
end

-- updates the index after a key was written
local function update_index(key, value, before, lifetime, at, keeps)
	if lifetime == 'KEEPTTL' then
		local kept = redis.call('PEXPIRETIME', key)
		at = (kept > 0) and string.format('%.0f', kept) or nil
	end
	if at then
		-- NX detects in the same command that there is no former deadline, the usual case
		local known = before or redis.call('ZADD', deadlines, 'NX', at, key) == 0
		if known then
			if not before then
				detect(key)
			end
			redis.call('ZADD', deadlines, at, key)
			-- also with another deadline: a later write may set the former one again
			if not keeps then
				redis.call('HDEL', values, key, '\255' .. key)
			elseif not carried then
				redis.call('HDEL', values, '\255' .. key)
			end
		end
		if keeps then
			redis.call('HSET', values, key, value)
		end
		if carried then
			redis.call('HSET', values, '\255' .. key, at .. ':' .. carried)
		end
	else
		if not before then
			detect(key)
		end
		if redis.call('ZREM', deadlines, key) == 1 then
			redis.call('HDEL', values, key, '\255' .. key)
		end
	end
end

return for_each(count, function(index)
	local key, first = KEYS[index + 5], 6 * index - 1
	local value, condition, lifetime, operand, keeps, header = unpack(ARGV, first, first + 5)
	if condition == 'EQ' then
		local current = call('GET', key)
		if current ~= operand then
			return log and repeated(header, count) or current
		end
	end
	local at = nil
	if lifetime == 'PX' then
		at = string.format('%.0f', now + operand)
	elseif lifetime == 'PXAT' then
		at = operand
	end
	local before = set(key, value, condition, lifetime, at)
	if type(before) == 'table' then
		return before
	end
	if (condition == 'NX' and before) or (condition == 'XX' and not before) then
		return log and repeated(header, count) or before
	end
	ended = nil
	if indexed then
		update_index(key, value, before, lifetime, at, keeps == '1')
	end
	if not log then
		return ended and { before, false, ended } or before
	end
	if before == value then
		return repeated(header, count) or before
	end
	return { before, append(key, value, before, header), ended }
end)
