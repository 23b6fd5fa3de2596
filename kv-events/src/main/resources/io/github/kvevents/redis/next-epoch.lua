--[[
Part of scripts that fence the owner of a listener: raises the epoch. The first one, and one that another
client has overwritten, starts at the current time, above all that there were: an instance that had the
listener before it was removed is not to take the lease of the one that begins anew for its own.
--]]
local function next_epoch(listener)
	local epoch = redis.call('HGET', listener, 'epoch')
	if not epoch or not string.match(epoch, '^%d+$') or #epoch > 15 then
		-- as fine as 15 digits allow: a listener may be removed and begun anew within a millisecond
		local time = redis.call('TIME')
		redis.call('HSET', listener, 'epoch', string.format('%.0f', time[1] * 100000 + math.floor(time[2] / 10)))
	end
	return redis.call('HINCRBY', listener, 'epoch', 1)
end
