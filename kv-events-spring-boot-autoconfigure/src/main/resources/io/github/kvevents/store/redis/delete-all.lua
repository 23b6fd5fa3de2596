#!lua flags=allow-oom
--[[
Removes many keys. A key that can't be removed doesn't stop those behind it. Runs also when
the server is out of memory: it only makes room.

KEYS[i]   the keys
Reply     for each key what it held, nil if it was absent or failed; behind them for each key
          that failed its number and the error
Cost      O(1) for each key, one command
--]]
local reply = {}
local failures = {}
for i, key in ipairs(KEYS) do
	local previous = redis.pcall('GETDEL', key)
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
