#!lua flags=no-writes
--[[
The types of some keys.

KEYS[i]  a key
Reply    for each of them its type, 'none' where there is none
Cost     O(number of keys)
--]]
local types = {}
for i, key in ipairs(KEYS) do
	types[i] = redis.call('TYPE', key).ok
end
return types
