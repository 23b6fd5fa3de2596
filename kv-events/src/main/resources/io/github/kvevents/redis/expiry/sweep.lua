#!lua flags=allow-oom
--[[
Looks at the keys whose deadline has passed: tells of those that are gone, and finds out what
others did to those that are not. The holder of the lease does, and each call renews it; another
instance does for keys that it gave a deadline by itself, and leaves the lease alone. A lease that
ends further ahead than a lease lasts is void: the server's clock was set back. Where there is a change log, each expiry gets an entry.
Runs also when the server is out of memory: what it adds is much the same as it takes away.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  :expired    KEYS[4]  :recent
KEYS[5]  :sweeper      KEYS[6]  :log
ARGV[1]  the id of the instance
ARGV[2]  how long the lease lasts, in milliseconds
ARGV[3]  how many keys to look at, at most; below 2000
ARGV[4]  how many expiries to keep for hooks, about; older ones are given up
ARGV[5]  for how long keys that expired are remembered, in milliseconds
ARGV[6]  how many entries of the log to keep, about; empty: there is no log
ARGV[7]  1 if a hook waits for expiries
ARGV[8]  1 to sweep also if another instance has the lease
Reply    whether this instance holds the lease, 1 or 0; how many keys were looked at; in how
         many milliseconds the next deadline is, or the lease of another ends, -1 if there is
         none; how many expiries were told of; how many were given up; the server's time in
         milliseconds
Cost     O(M log N) for M due of N tracked keys; about 5 microseconds a due key
--]]
local deadlines, values, expired, recent, lease = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local max_length, heard = ARGV[6], ARGV[7] == '1'
local log = (max_length ~= '') and KEYS[6]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local holder, left = redis.call('GET', lease), redis.call('PTTL', lease)
local is_void = left < 0 or left > tonumber(ARGV[2])
local is_holder = not holder or holder == ARGV[1] or is_void
if is_holder then
	redis.call('SET', lease, ARGV[1], 'PX', ARGV[2])
elseif ARGV[8] ~= '1' then
	return { 0, 0, left, 0, 0, now }
end

local due = redis.call('ZRANGE', deadlines, '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[3], 'WITHSCORES')
local gone, forgotten, remembered = {}, {}, {}
-- fails where one of ours has another type, before anything is told of
redis.call('ZREMRANGEBYSCORE', recent, '-inf', now - ARGV[5])
-- remembered before the clock was set back
redis.call('ZREMRANGEBYSCORE', recent, '(' .. (now + ARGV[5]), '+inf')
if #due > 0 then
	redis.call('HLEN', values)
	redis.call('XLEN', expired)
	if log then
		redis.call('XLEN', log)
	end
end

-- include log-append.lua
-- include lifetime-end.lua

local function end_lifetime(key, deadline)
	tell(key, deadline, now, ARGV[1])
	gone[#gone + 1] = key
	forgotten[#forgotten + 1] = key
	remembered[#remembered + 1] = now
	remembered[#remembered + 1] = key
end

local function move(key, deadline)
	redis.call('ZADD', deadlines, string.format('%.0f', deadline), key)
	local value = redis.pcall('GET', key)
	if type(value) == 'string' then
		redis.call('HSET', values, key, value)
	else
		redis.call('HDEL', values, key)
	end
end

for index = 1, #due, 2 do
	local key, deadline = due[index], due[index + 1]
	local actual = redis.call('PEXPIRETIME', key)
	if actual == -2 then
		end_lifetime(key, deadline)
	elseif actual == -1 then
		forgotten[#forgotten + 1] = key
	elseif actual ~= tonumber(deadline) then
		move(key, actual)
	end
	-- else this is the very millisecond of its deadline, and Redis lets it live to the end of it
end
if #forgotten > 0 then
	redis.call('ZREM', deadlines, unpack(forgotten))
	redis.call('HDEL', values, unpack(forgotten))
end
if #remembered > 0 then
	redis.call('ZADD', recent, unpack(remembered))
end

local given_up = 0
if #gone > 0 then
	given_up = redis.call('XTRIM', expired, 'MAXLEN', '~', ARGV[4])
end
if not is_holder then
	return { 0, #due / 2, redis.call('PTTL', lease), #gone, given_up, now }
end
local first = redis.call('ZRANGE', deadlines, 0, 0, 'WITHSCORES')
-- a key lives to the end of the millisecond of its deadline
local wait = first[2] and math.max(0, tonumber(first[2]) + 1 - now) or -1
return { 1, #due / 2, wait, #gone, given_up, now }
