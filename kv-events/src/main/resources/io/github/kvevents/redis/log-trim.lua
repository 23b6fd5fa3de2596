#!lua flags=allow-oom
--[[
Removes old entries of a change log: whole nodes of them first, and where there are none
left those at the beginning of a node, so that a log in which little is written gets rid
of them too. Runs also when the server is out of memory: it only makes room.

KEYS[1]  :log
ARGV[1]  the id of the first entry to keep
Reply    how many were removed; there may be more to remove unless it is 0
Cost     O(N) with N removed, at most some thousand
--]]
local removed = redis.call('XTRIM', KEYS[1], 'MINID', '~', ARGV[1])
if removed == 0 then
	removed = redis.call('XTRIM', KEYS[1], 'MINID', '=', ARGV[1])
end
return removed
