#!lua flags=no-writes
--[[
Reads keys and the last id of the change log atomically. Stops when the values are large: there are
fewer values than keys then.

KEYS[1]  :log
KEYS[2]  and so on, the keys to read
ARGV[1]  approximately how many bytes of values at most
Reply    the id of the last entry that was ever added, 0-0 without a log; then for each key, from
         the first, its value, nil if it is absent or no string; at least one
Cost     O(1) a key, and two commands
--]]
-- include stream-info.lua
-- include bounded-values.lua
local info = stream_info(KEYS[1])
local reply = bounded_values(2, tonumber(ARGV[1]))
table.insert(reply, 1, info and info['last-generated-id'] or '0-0')
return reply
