--[[
Part of scripts that write one key unconditionally, with its entry in the index. An undetected
expiry of the key is published first. Sets two declared variables: before, the previous value, false
if the key was absent, and ended, the result of lifetime-end.lua. Needs call, deadlines, values,
expired, recent, key, value, lifetime (PX, PXAT or nil), at (its time), heard: whether hooks receive
expiries, keeps: whether to keep the value for the expiry, log (nil without one), carried: the headers for
the expiry, or nil, mine: whether this instance delivers a detected expiry itself, and header,
which contains the id of the instance: the header of the entry with a log, otherwise two flags and
the id.

The key is written last: a wrong type of it, or of a key of this library, fails before.
--]]
local former, known
if lifetime then
	before = call('GET', key)
	if lifetime == 'PX' then
		local time = call('TIME')
		at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + at)
	end
	-- NX detects in the same command that there is no former deadline, the usual case
	if before then
		known = call('ZADD', deadlines, at, key) == 0
	elseif call('ZADD', deadlines, 'NX', at, key) == 0 then
		former = call('ZSCORE', deadlines, key)
	end
else
	former = call('ZSCORE', deadlines, key)
	if former then
		before = call('GET', key)
		call('HLEN', values)
	end
end

if former and not before then
	local time = call('TIME')
	local now = time[1] * 1000 + math.floor(time[2] / 1000)
	if tonumber(former) <= now then
		-- other writes trim the log
		local max_length = '1000000000000'
		-- include log-append.lua
		-- include lifetime-end.lua
		call('XLEN', expired)
		call('ZCARD', recent)
		local instance = log and string.match(header, '^[^:]*:[^:]*::([^\n]*)') or string.sub(header, 3)
		ended = publish(key, former, now, instance, mine)
		call('ZADD', recent, now, key)
	end
end

if lifetime then
	if former then
		call('ZADD', deadlines, at, key)
	end
	local failed
	if keeps then
		failed = carried and redis.pcall('HSET', values, key, value, '\255' .. key, at .. ':' .. carried)
				or redis.pcall('HSET', values, key, value)
	elseif carried then
		failed = redis.pcall('HSET', values, '\255' .. key, at .. ':' .. carried)
	elseif known or former then
		failed = redis.pcall('HDEL', values, key, '\255' .. key)
	end
	if type(failed) == 'table' then
		local kept = call('PEXPIRETIME', key)
		if kept > 0 then
			call('ZADD', deadlines, kept, key)
		else
			call('ZREM', deadlines, key)
		end
		return failed
	end
	-- also with another deadline: a later write may set the former one again
	if (known or former) and keeps and not carried then
		call('HDEL', values, '\255' .. key)
	elseif (known or former) and carried and not keeps then
		call('HDEL', values, key)
	end
	call('SET', key, value, 'PXAT', at)
else
	before = call('SET', key, value, 'GET')
	if former then
		call('ZREM', deadlines, key)
		call('HDEL', values, key, '\255' .. key)
	end
end
