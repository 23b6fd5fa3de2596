#!lua flags=allow-oom
--[[
Removes old entries of a change log: whole nodes first, and if there are none left, single entries
at the start of a node, so that a log with few writes is trimmed too. Also runs when the server is
out of memory: it only frees memory.

KEYS[1]  :log
ARGV[1]  the id of the first entry to keep
Reply    how many were removed; there may be more unless it is 0
Cost     O(N) with N removed, at most some thousand
--]]
local removed = redis.call('XTRIM', KEYS[1], 'MINID', '~', ARGV[1])
if removed == 0 then
	removed = redis.call('XTRIM', KEYS[1], 'MINID', '=', ARGV[1])
end
return removed
