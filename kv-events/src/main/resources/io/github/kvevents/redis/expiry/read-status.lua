#!lua flags=no-writes
--[[
Reads the status of tracking in one partition.

KEYS[1]  :deadlines    KEYS[2]  :expired    KEYS[3]  :sweeper
ARGV[1]  the consumer group
Reply    the time in epoch milliseconds; how many keys are tracked; how many deadlines have
         passed; the earliest deadline in epoch milliseconds, -1 if there is none; how many
         expiries are not acknowledged; how many of them each instance has taken, its id and
         the number as text; the owner of the lease, empty if there is none
Cost     O(log N) with N tracked keys, and O(1) an instance
--]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local first = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
-- an error if there is no group yet
local pending = redis.pcall('XPENDING', KEYS[2], ARGV[1])
-- a key exists until the end of the millisecond of its deadline
local overdue = redis.call('ZCOUNT', KEYS[1], '-inf', string.format('(%.0f', now))
return { now, redis.call('ZCARD', KEYS[1]), overdue, first[2] and math.max(0, math.min(1e15, tonumber(first[2]))) or -1, redis.call('XLEN', KEYS[2]),
	not pending.err and pending[4] or {}, redis.call('GET', KEYS[3]) or '' }
