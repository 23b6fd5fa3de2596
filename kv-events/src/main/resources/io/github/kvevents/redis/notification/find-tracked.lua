#!lua flags=no-writes
--[[
Finds the keys that have a deadline in the index, or left it recently because they expired.

KEYS[1]  :deadlines    KEYS[2]  :recent
ARGV     the names of the keys
Reply    for each key 1 if it is tracked, 0 if not
Cost     O(1) a key, up to two commands
--]]
local reply = {}
for index, key in ipairs(ARGV) do
	local tracked = redis.call('ZSCORE', KEYS[1], key) or redis.call('ZSCORE', KEYS[2], key)
	reply[index] = tracked and 1 or 0
end
return reply
