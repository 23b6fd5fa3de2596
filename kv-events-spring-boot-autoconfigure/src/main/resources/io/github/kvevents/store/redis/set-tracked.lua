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
Cost     O(log N) a key with N tracked keys, up to six commands
--]]
local deadlines, values, expired, recent = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local call = (#KEYS == 5) and redis.call or redis.pcall

local function settle(key, deadline)
	local entry = { 'XADD', expired, '*', 'key', key, 'deadline', deadline, 'at', now, 'by', ARGV[1] }
	local value = redis.call('HGET', values, key)
	if value then
		entry[#entry + 1] = 'value'
		entry[#entry + 1] = value
	end
	redis.call(unpack(entry))
	redis.call('ZADD', recent, now, key)
end

local function write(key, value, condition, lifetime, operand)
	-- before anything is written: fails if the index is none
	local former = redis.call('ZSCORE', deadlines, key)
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
	local command = { 'SET', key, value, 'GET' }
	if condition == 'NX' or condition == 'XX' then
		command[#command + 1] = condition
	end
	if at then
		command[#command + 1] = 'PXAT'
		command[#command + 1] = at
	elseif lifetime == 'KEEPTTL' then
		command[#command + 1] = 'KEEPTTL'
	end
	local before = call(unpack(command))
	if type(before) == 'table' or (condition == 'NX' and before) or (condition == 'XX' and not before) then
		return before
	end
	if former and not before and tonumber(former) <= now then
		settle(key, former)
	end
	if lifetime == 'KEEPTTL' then
		local kept = redis.call('PEXPIRETIME', key)
		at = (kept > 0) and string.format('%.0f', kept) or nil
	end
	if at then
		redis.call('ZADD', deadlines, at, key)
		redis.call('HSET', values, key, value)
	elseif former then
		redis.call('ZREM', deadlines, key)
		redis.call('HDEL', values, key)
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
