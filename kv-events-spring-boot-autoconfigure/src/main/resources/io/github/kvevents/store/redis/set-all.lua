#!lua
--[[
Writes many keys. A key that can't be written doesn't stop those behind it.

KEYS[i]      the keys
ARGV[4i-3]   the value of key i
ARGV[4i-2]   NX, XX or nothing
ARGV[4i-1]   PX, PXAT, KEEPTTL or nothing
ARGV[4i]     the time of PX or PXAT in milliseconds, or nothing
Reply        for each key what it held before, nil if it was absent or failed; behind them for
             each key that failed its number and the error
Cost         O(1) for each key, one command
--]]
local reply = {}
local failures = {}
for i, key in ipairs(KEYS) do
	local command = { 'SET', key, ARGV[4 * i - 3], 'GET' }
	for option = 4 * i - 2, 4 * i do
		if ARGV[option] ~= '' then
			command[#command + 1] = ARGV[option]
		end
	end
	local previous = redis.pcall(unpack(command))
	if type(previous) == 'table' then
		failures[#failures + 1] = tostring(i)
		failures[#failures + 1] = previous.err
		previous = false
	end
	reply[i] = previous
end
for _, failure in ipairs(failures) do
	reply[#reply + 1] = failure
end
return reply
