#!lua flags=no-writes
--[[
Finds the keys that have a deadline in the index, or left it recently because they expired.

KEYS[1]  :deadlines    KEYS[2]  :recent
ARGV     the names of the keys, at most 4000
Reply    for each key 1 if it is tracked, 0 if not
Cost     O(1) a key, in two commands for all
--]]
local tracked = redis.call('ZMSCORE', KEYS[1], unpack(ARGV))
local recent = redis.call('ZMSCORE', KEYS[2], unpack(ARGV))
local reply = {}
for index = 1, #ARGV do
	reply[index] = (tracked[index] or recent[index]) and 1 or 0
end
return reply
