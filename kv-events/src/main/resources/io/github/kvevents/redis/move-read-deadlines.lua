#!lua flags=no-writes
--[[
Reads a page of the deadline index for a move, with the last values and the headers of expiries.

KEYS[1]  :deadlines    KEYS[2]  :values
ARGV[1]  how many members to skip
ARGV[2]  how many to read at most
ARGV[3]  approximately how many bytes of values at most; at least one member
Reply    for each member four: its name, its deadline, its value and its headers with their deadline,
         each nil if it has none
Cost     O(log N + M) for M of N members
--]]
local members = redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[1] + ARGV[2] - 1, 'WITHSCORES')
local reply, bytes = {}, 0
for index = 1, #members, 2 do
	local value = redis.call('HGET', KEYS[2], members[index])
	local headers = redis.call('HGET', KEYS[2], '\255' .. members[index])
	bytes = bytes + (value and #value or 0) + (headers and #headers or 0)
	if index > 1 and bytes > tonumber(ARGV[3]) then
		break
	end
	reply[#reply + 1] = members[index]
	reply[#reply + 1] = members[index + 1]
	reply[#reply + 1] = value
	reply[#reply + 1] = headers
end
return reply
