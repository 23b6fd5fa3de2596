#!lua flags=no-writes
--[[
Reads the types of keys.

KEYS[i]  a key
Reply    for each of them its type, 'none' if it is absent
Cost     O(number of keys)
--]]
local types = {}
for i, key in ipairs(KEYS) do
	types[i] = redis.call('TYPE', key).ok
end
return types
