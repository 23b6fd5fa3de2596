#!lua flags=no-writes
--[[
Whether an instance that had a partition of a listener has obeyed an order, and so begins no
event any more.

KEYS[1]  :listener:<id>
ARGV[1]  the id of the instance
ARGV[2]  the epoch of its lease
ARGV[3]  PAUSE, MOVE or REMOVE
Reply    1 if it has, 0 if not
Cost     O(1)
--]]
local facts = redis.call('HMGET', KEYS[1], 'owner', 'taken', 'obeyed')
local obeyed = string.match(facts[3] or '', '^(.*) [A-Z]+$') == ARGV[1] .. ' ' .. ARGV[2]
	and (ARGV[3] == 'PAUSE' or string.find(facts[3], ' LOST', 1, true))
-- a removal deletes who has it, so that nothing follows from another one
local given_back = ARGV[3] ~= 'REMOVE' and (facts[1] ~= ARGV[1] or facts[2] ~= ARGV[2])
return (obeyed or given_back) and 1 or 0
