#!lua
--[[
Writes keys and keeps their deadlines and last values in step. A lifetime that ended before
the write, and that nobody noticed yet, is told of first.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  :expired    KEYS[4]  :recent
KEYS[5]  and so on, the keys to write, each in turn; one may occur more than once
ARGV[1]  the id of the instance
ARGV[2]  and so on, for each key four: its value; NX, XX, EQ or nothing; PX, PXAT, KEEPTTL or
         nothing; the time of PX or PXAT in milliseconds, the value that the key must hold with
         EQ, or nothing. EQ goes with KEEPTTL
Reply    for each key what it held before, nil if it was absent or failed; behind them for each
         key that failed its number and the error
Error    with one key: WRONGTYPE if it holds another type; nothing is written then
Cost     O(log N) a key with N tracked keys, three commands besides TIME for a new one with a
         lifetime
--]]
local deadlines, values, expired, recent = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local call = (#KEYS == 5) and redis.call or redis.pcall

-- the deadline that the index has of a key which is gone: has the lifetime ended?
local function settle(key)
	local deadline = redis.call('ZSCORE', deadlines, key)
	if not deadline or tonumber(deadline) > now then
		return
	end
	local entry = { 'XADD', expired, '*', 'key', key, 'deadline', deadline, 'at', now, 'by', ARGV[1] }
	local value = redis.call('HGET', values, key)
	if value then
		entry[#entry + 1] = 'value'
		entry[#entry + 1] = value
	end
	redis.call(unpack(entry))
	redis.call('ZADD', recent, now, key)
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

local function write(key, value, condition, lifetime, operand)
	if condition == 'EQ' then
		local current = call('GET', key)
		if current ~= operand then
			return current
		end
	end
	local at = nil
	if lifetime == 'PX' then
		at = string.format('%.0f', now + operand)
	elseif lifetime == 'PXAT' then
		at = operand
	end
	local before = set(key, value, condition, lifetime, at)
	if type(before) == 'table' or (condition == 'NX' and before) or (condition == 'XX' and not before) then
		return before
	end
	if lifetime == 'KEEPTTL' then
		local kept = redis.call('PEXPIRETIME', key)
		at = (kept > 0) and string.format('%.0f', kept) or nil
	end
	if at then
		-- NX finds out in the same command that there is no former deadline, as is the rule
		if before or redis.call('ZADD', deadlines, 'NX', at, key) == 0 then
			if not before then
				settle(key)
			end
			redis.call('ZADD', deadlines, at, key)
		end
		redis.call('HSET', values, key, value)
	else
		if not before then
			settle(key)
		end
		if redis.call('ZREM', deadlines, key) == 1 then
			redis.call('HDEL', values, key)
		end
	end
	return before
end

local reply, failures = {}, {}
for index = 1, #KEYS - 4 do
	local first = 4 * index - 2
	local before = write(KEYS[index + 4], ARGV[first], ARGV[first + 1], ARGV[first + 2], ARGV[first + 3])
	if type(before) == 'table' then
		failures[#failures + 1] = tostring(index)
		failures[#failures + 1] = before.err
		before = false
	end
	reply[index] = before
end
for _, failure in ipairs(failures) do
	reply[#reply + 1] = failure
end
return reply
