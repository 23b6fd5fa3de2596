--[[
Part of scripts that write one key, whatever it holds, with the index in step. A lifetime that
ended before, and that nobody noticed yet, gets its expiry first. Defines before, declared
already, as what the key held, false if it was absent, and ended, declared, too, as what
lifetime-end.lua returns. Needs call, deadlines, values, expired, recent, key, value, lifetime,
PX, PXAT or nil, at, its time, heard: whether a hook waits for expiries, log, nil without one,
mine: whether this instance delivers what ended itself, and instance, the id of the instance, or
nil and header, which has it.

The key is written last: whatever can fail, since it or one of ours has another type, fails
before.
--]]
local former
if lifetime then
	before = call('GET', key)
	if lifetime == 'PX' then
		local time = call('TIME')
		at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + at)
	end
	-- NX finds out in the same command that there is no former deadline, as is the rule
	if before then
		call('ZADD', deadlines, at, key)
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
		-- the length is looked after elsewhere
		local max_length = '1000000000000'
		-- include log-append.lua
		-- include lifetime-end.lua
		call('XLEN', expired)
		call('ZCARD', recent)
		ended = tell(key, former, now, instance or string.match(header, '^[^:]*:[^:]*::(.*)$'), mine)
		call('ZADD', recent, now, key)
	end
end

if lifetime then
	if former then
		call('ZADD', deadlines, at, key)
	end
	local failed = redis.pcall('HSET', values, key, value)
	if type(failed) == 'table' then
		local kept = call('PEXPIRETIME', key)
		if kept > 0 then
			call('ZADD', deadlines, kept, key)
		else
			call('ZREM', deadlines, key)
		end
		return failed
	end
	call('SET', key, value, 'PXAT', at)
else
	before = call('SET', key, value, 'GET')
	if former then
		call('ZREM', deadlines, key)
		call('HDEL', values, key)
	end
end
