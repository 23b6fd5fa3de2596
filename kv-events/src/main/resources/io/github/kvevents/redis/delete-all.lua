#!lua flags=allow-oom
--[[
Removes many keys. A key that can't be removed doesn't stop those behind it. Runs also when
the server is out of memory: it only makes room.

KEYS[i]   the keys
Reply     how many keys were removed, fewer than all where what they held is large; for each of
          these what it held, nil if it was absent or failed; behind them for each key that failed
          its number and the error
Cost      O(1) for each key, one command
--]]
-- include batch-reply.lua
return for_each(#KEYS, function(index)
	return redis.pcall('GETDEL', KEYS[index])
end)
