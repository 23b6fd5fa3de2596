#!lua flags=allow-oom
--[[
Forgets a partition of a listener. Where other instances have it, too, they find out from what
is left for a while.

KEYS[1]  :listener:<id>    KEYS[2]  :listeners    KEYS[3]  :dead:<id>
ARGV[1]  the id of the listener
ARGV[2]  for how long others are to find out, in milliseconds, 0 if there are none
Reply    the instance that had the partition, the epoch of its lease, and in how many milliseconds
         that ends; empty if none had
Cost     O(N) for N dead letters
--]]
-- include lease-holder.lua
local had = holder(KEYS[1])
-- first: it is the one that can fail
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[1], KEYS[3])
if ARGV[2] ~= '0' then
	local time = redis.call('TIME')
	redis.call('HSET', KEYS[1], 'removed', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
	redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return had
