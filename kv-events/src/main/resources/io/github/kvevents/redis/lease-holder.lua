--[[
Part of scripts about listeners. Defines holder(listener): the owner of a partition, which may
start events until it knows of an order.

Reply    the id of the instance, the epoch of its lease, and in how many milliseconds that ends;
         empty without an owner
--]]
local function holder(listener)
	local facts = redis.call('HMGET', listener, 'owner', 'taken', 'until', 'lease')
	local time = redis.call('TIME')
	local left = (tonumber(facts[3]) or 0) - (time[1] * 1000 + math.floor(time[2] / 1000))
	if not facts[1] or not tonumber(facts[2]) or left <= 0 or left > (tonumber(facts[4] or left) or 0) then
		return {}
	end
	return { facts[1], tonumber(facts[2]), left }
end
