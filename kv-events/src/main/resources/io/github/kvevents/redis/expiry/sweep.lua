#!lua flags=allow-oom
--[[
Processes the keys whose deadline has passed: publishes the expiry of absent keys, and updates the
index for keys that other clients have changed. The owner of the lease sweeps, and each call renews
the lease; another instance sweeps for its own short deadlines without touching the lease. A lease
that ends later than a new lease would is void: the clock of the server was set back. With a change
log, each expiry gets an entry. Also runs when the server is out of memory: it adds about as much as
it removes.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  :expired    KEYS[4]  :recent
KEYS[5]  :sweeper      KEYS[6]  :log
KEYS[7]  and so on, in Redis Cluster the tracked keys that may be looked at
ARGV[1]  the id of the instance
ARGV[2]  how long the lease lasts, in milliseconds
ARGV[3]  how many keys to process at most; below 2000
ARGV[4]  approximately how many expiries to keep for hooks; older ones are dropped
ARGV[5]  how long expired keys are remembered, in milliseconds
ARGV[6]  approximately how many entries of the log to keep; empty without a log
ARGV[7]  1 if hooks receive expiries
ARGV[8]  1 to sweep even if another instance owns the lease
ARGV[9]  1 in Redis Cluster: looks only at keys that are declared. While a slot is moved, a key
         that isn't declared would seem to be absent
ARGV[10] 1 if something takes the last values of keys. Otherwise only one that is already there
         is replaced
Reply    whether this instance owns the lease, 1 or 0; how many keys were processed; the
         milliseconds until the next deadline, or until the lease of another instance ends, -1
         if there is none; how many expiries were published; how many were dropped; the time of
         the server in milliseconds; the due keys that were not declared
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
	return { 0, 0, left, 0, 0, now, {} }
end

local due = redis.call('ZRANGE', deadlines, '-inf', now, 'BYSCORE', 'LIMIT', 0, ARGV[3], 'WITHSCORES')
local undeclared = {}
if ARGV[9] == '1' then
	local declared, found = {}, due
	for index = 7, #KEYS do
		declared[KEYS[index]] = true
	end
	due = {}
	for index = 1, #found, 2 do
		if declared[found[index]] then
			due[#due + 1] = found[index]
			due[#due + 1] = found[index + 1]
		else
			undeclared[#undeclared + 1] = found[index]
		end
	end
end
local gone, forgotten, fields, remembered = {}, {}, {}, {}
-- fails if a key of this library has the wrong type, before anything is published
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

local function forget(key)
	forgotten[#forgotten + 1] = key
	-- its value and its headers
	fields[#fields + 1] = key
	fields[#fields + 1] = '\255' .. key
end

local function end_lifetime(key, deadline)
	publish(key, deadline, now, ARGV[1])
	gone[#gone + 1] = key
	forget(key)
	remembered[#remembered + 1] = now
	remembered[#remembered + 1] = key
end

local function move(key, deadline)
	redis.call('ZADD', deadlines, string.format('%.0f', deadline), key)
	if ARGV[10] ~= '1' and not redis.call('HGET', values, key) then
		return
	end
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
		forget(key)
	elseif actual ~= tonumber(deadline) then
		move(key, actual)
	end
	-- otherwise this is the millisecond of its deadline: Redis keeps the key until its end
end
if #forgotten > 0 then
	redis.call('ZREM', deadlines, unpack(forgotten))
	redis.call('HDEL', values, unpack(fields))
end
if #remembered > 0 then
	redis.call('ZADD', recent, unpack(remembered))
end

local given_up = 0
if #gone > 0 then
	given_up = redis.call('XTRIM', expired, 'MAXLEN', '~', ARGV[4])
end
if not is_holder then
	return { 0, #due / 2, redis.call('PTTL', lease), #gone, given_up, now, undeclared }
end
local first = redis.call('ZRANGE', deadlines, 0, 0, 'WITHSCORES')
-- a key exists until the end of the millisecond of its deadline
-- a day at most: another client may have written a score that is no number of milliseconds
local wait = first[2] and math.max(0, math.min(86400000, tonumber(first[2]) + 1 - now)) or -1
return { 1, #due / 2, wait, #gone, given_up, now, undeclared }
