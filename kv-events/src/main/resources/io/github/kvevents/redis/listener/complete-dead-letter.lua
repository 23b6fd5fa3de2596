#!lua flags=allow-oom
--[[
Completes a redrive: the dead letter is removed, and added behind the others if it failed again.

KEYS[1]  :listener:<id>    KEYS[2]  :dead:<id>
ARGV[1]  the id of the letter
ARGV[2]  the id of the instance
ARGV[3]  and so on, the fields of the dead letter and their values if it failed again
Reply    1 if it was there and still claimed by this instance, 0 if not
Cost     O(log N) for N dead letters
--]]
local claim = redis.call('HGET', KEYS[1], 'claim:' .. ARGV[1])
if not claim or string.match(claim, '^%d+ (.*)$') ~= ARGV[2] then
	return 0
end
-- first: it is the one that can fail
local removed = redis.call('XDEL', KEYS[2], ARGV[1])
redis.call('HDEL', KEYS[1], 'claim:' .. ARGV[1])
if removed == 1 and #ARGV > 2 then
	redis.call('XADD', KEYS[2], '*', unpack(ARGV, 3))
end
return 1
