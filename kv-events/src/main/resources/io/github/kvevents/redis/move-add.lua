#!lua
--[[
Adds entries with their ids to a stream.

KEYS[1]  the stream
ARGV     for each entry its id, the number of its fields and values, and these
Reply    how many arguments there were
Cost     O(1) an entry
--]]
local index = 1
while index <= #ARGV do
	local last = index + 1 + tonumber(ARGV[index + 1])
	redis.call('XADD', KEYS[1], ARGV[index], unpack(ARGV, index + 2, last))
	index = last + 1
end
return #ARGV
