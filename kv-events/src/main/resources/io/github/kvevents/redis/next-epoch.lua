--[[
Part of scripts that fence the owner of a listener: raises the epoch. One that another client has
overwritten starts anew at the current time, above all that there were.
--]]
local function next_epoch(listener)
	local epoch = redis.call('HGET', listener, 'epoch')
	if epoch and (not string.match(epoch, '^%d+$') or #epoch > 15) then
		local time = redis.call('TIME')
		redis.call('HSET', listener, 'epoch', time[1] * 1000)
	end
	return redis.call('HINCRBY', listener, 'epoch', 1)
end
