#!lua flags=allow-oom
--[[
Removes keys, and with each that was there its deadline and last value. The deadline of a
key that was not there stays: its lifetime may have ended, and nobody noticed yet. Runs also
when the server is out of memory: it only makes room.

KEYS[1]  :deadlines    KEYS[2]  :values
KEYS[3]  and so on, the keys to remove
ARGV[1]  the value that the key must hold; only with one key, may be left out
Reply    for each key what it held, nil if it was absent or failed; behind them for each key
         that failed its number and the error
Error    with one key: WRONGTYPE if it holds another type; it stays then
Cost     O(log N) a key with N tracked keys, up to four commands
--]]
local deadlines, values = KEYS[1], KEYS[2]
local call = (#KEYS == 3) and redis.call or redis.pcall

local function delete(key)
	if ARGV[1] then
		local current = call('GET', key)
		if current ~= ARGV[1] then
			return current
		end
	end
	local before = call('GETDEL', key)
	if type(before) == 'string' and redis.call('ZREM', deadlines, key) == 1 then
		redis.call('HDEL', values, key)
	end
	return before
end

local reply, failures = {}, {}
for index = 1, #KEYS - 2 do
	local before = delete(KEYS[index + 2])
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
