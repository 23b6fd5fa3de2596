#!lua flags=no-writes
--[[
Tells how tracking is doing in one partition.

KEYS[1]  :deadlines    KEYS[2]  :expired    KEYS[3]  :sweeper
ARGV[1]  the consumer group
Reply    how many keys are tracked; how many deadlines have passed; the earliest deadline in
         epoch milliseconds, -1 if there is none; how many expiries wait for hooks; how many
         of them an instance has taken; the holder of the lease, nil if there is none
Cost     O(log N) with N tracked keys
--]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
local pending = 0
-- no group yet is no error
local summary = redis.pcall('XPENDING', KEYS[2], ARGV[1])
if not summary.err then
	pending = summary[1]
end
-- a key lives to the end of the millisecond of its deadline
return { redis.call('ZCARD', KEYS[1]), redis.call('ZCOUNT', KEYS[1], '-inf', '(' .. now),
	first[2] and tonumber(first[2]) or -1, redis.call('XLEN', KEYS[2]), pending, redis.call('GET', KEYS[3]) }
