#!lua flags=no-writes
--[[
Reads keys. Stops when the values are large: there are fewer values than keys then.

KEYS[1]  and so on, the keys to read
ARGV[1]  approximately how many bytes of values at most
Reply    for each key, from the first, its value, nil if it is absent or no string; at least
         one
Cost     O(1) a key
--]]
-- include bounded-values.lua
return bounded_values(1, tonumber(ARGV[1]))
