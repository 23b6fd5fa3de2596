#!lua
--[[
Writes keys that were read by move-read.lua, in place of those that exist.

KEYS     the keys, of one slot in Redis Cluster
ARGV     for each key three: its deadline, 0 for none; 1 if it is a string, else 0; its value or
         its DUMP
Reply    how many there were
Cost     O(N) for N bytes
--]]
for index, key in ipairs(KEYS) do
	local deadline, is_string, value = unpack(ARGV, 3 * index - 2, 3 * index)
	if is_string == '0' then
		redis.call('RESTORE', key, deadline, value, 'REPLACE', 'ABSTTL')
	elseif deadline == '0' then
		redis.call('SET', key, value)
	else
		redis.call('SET', key, value, 'PXAT', deadline)
	end
end
return #KEYS
