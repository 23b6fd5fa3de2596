--[[
Part of scripts that find out that a key's lifetime has ended. Defines tell(key, deadline, now,
by), which adds the expiry to :expired and, where there is one, to the change log. Needs
values, expired, log and append (nil without a log), and heard: whether a hook waits for
expiries. Otherwise :expired is only filled where somebody once read it, or it would grow for
nobody. That :expired is a stream has been looked at before: an entry that only the log got would
be told of again.
--]]
local function tell(key, deadline, now, by)
	local entry = { 'XADD', expired, '*', 'key', key, 'deadline', deadline, 'at', now, 'by', by }
	local value = redis.call('HGET', values, key)
	if value then
		entry[#entry + 1] = 'value'
		entry[#entry + 1] = value
	end
	if log then
		entry[#entry + 1] = 'log'
		entry[#entry + 1] = append(key, nil, value, 'E::' .. deadline .. ':' .. by)
	end
	if heard or redis.call('EXISTS', expired) == 1 then
		redis.call(unpack(entry))
	end
end
