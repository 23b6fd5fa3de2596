#!lua flags=no-writes
--[[
Reads the time by which the entries of a change log get their ids.

KEYS[1]  :log, by which the server is found
Reply    milliseconds since the epoch
Cost     O(1)
--]]
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
