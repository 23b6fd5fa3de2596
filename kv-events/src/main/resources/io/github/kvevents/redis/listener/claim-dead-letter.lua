#!lua flags=allow-oom
--[[
Claims a dead letter: no other instance redrives it for a while.

KEYS[1]  :listener:<id>    KEYS[2]  :dead:<id>
ARGV[1]  the id of the letter
ARGV[2]  the id of the instance
ARGV[3]  for how long, in milliseconds
Reply    the letter, its id and its fields, as XRANGE returns them; empty if there is none, or it is
         being sent
Cost     O(log N) for N dead letters
--]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local letters = redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1])
local claim = redis.call('HGET', KEYS[1], 'claim:' .. ARGV[1])
local left = claim and (tonumber(string.match(claim, '^%d+')) or 0) - now or 0
-- one that ends further ahead than it ever lasts is void: the clock was set back
if #letters == 0 or (left > 0 and left <= tonumber(ARGV[3])) then
	return {}
end
redis.call('HSET', KEYS[1], 'claim:' .. ARGV[1], string.format('%.0f', now + ARGV[3]) .. ' ' .. ARGV[2])
return letters
