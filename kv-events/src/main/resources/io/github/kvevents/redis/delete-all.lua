#!lua flags=allow-oom
--[[
Removes many keys. A key that can't be removed does not stop the following ones. Also runs
when the server is out of memory: it only frees memory.

KEYS[i]   the keys
Reply     how many keys were processed, fewer than all if their values are large; for each of
          them its value, nil if it was absent or failed; then for each key that failed its
          number and the error
Cost      O(1) for each key, one command
--]]
-- include batch-reply.lua
return for_each(#KEYS, function(index)
	return redis.pcall('GETDEL', KEYS[index])
end)
