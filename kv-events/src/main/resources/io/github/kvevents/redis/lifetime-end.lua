--[[
Part of scripts that find out that a key's lifetime has ended. Defines tell(key, deadline, now,
by, mine), which adds the expiry to :expired and, where there is one, to the change log. Needs
values, expired, recent, log and append (nil without a log), and heard: whether a hook waits for
expiries. Otherwise :expired is only filled where somebody once read it, or it would grow for
nobody. That :expired is a stream has been looked at before: an entry that only the log got would
be told of again.

With mine the caller's instance, by, takes the expiry in the same step, as if it had read it,
unless an earlier one that nobody has read yet, or an earlier one of the key, is still there: they
come first. Then tell returns the id of the entry, the deadline, when it was noticed, the value
and the id in the log, each of the last two false if there is none; otherwise nil. It is called
before the key is added to recent.
--]]
local function is_next(key)
	local delivered, pending
	local groups = redis.pcall('XINFO', 'GROUPS', expired)
	for index = 1, groups.err and 0 or #groups do
		local group = {}
		for field = 1, #groups[index], 2 do
			group[groups[index][field]] = groups[index][field + 1]
		end
		if group.name == 'hooks' then
			delivered, pending = group['last-delivered-id'], group.pending
		end
	end
	local stream = delivered and redis.pcall('XINFO', 'STREAM', expired) or {}
	for field = 1, #stream, 2 do
		if stream[field] == 'last-generated-id' and stream[field + 1] ~= delivered then
			return false
		end
	end
	if not delivered or pending == 0 or not redis.call('ZSCORE', recent, key) then
		return delivered
	end
	if redis.call('XLEN', expired) > 16 then
		return false
	end
	for _, entry in ipairs(redis.call('XRANGE', expired, '-', '+')) do
		if entry[2][2] == key then
			return false
		end
	end
	return true
end

local function tell(key, deadline, now, by, mine)
	local entry = { 'XADD', expired, '*', 'key', key, 'deadline', deadline, 'at', now, 'by', by }
	local value = redis.call('HGET', values, key)
	if value then
		entry[#entry + 1] = 'value'
		entry[#entry + 1] = value
	end
	local logged = log and append(key, nil, value, 'E::' .. deadline .. ':' .. by)
	if logged then
		entry[#entry + 1] = 'log'
		entry[#entry + 1] = logged
	end
	if not (heard or redis.call('EXISTS', expired) == 1) then
		return nil
	end
	local takes = mine and is_next(key)
	local id = redis.call(unpack(entry))
	if takes then
		local read = redis.pcall('XREADGROUP', 'GROUP', 'hooks', by, 'COUNT', 1, 'STREAMS', expired, '>')
		if read and not read.err then
			return { id, deadline, tostring(now), value, logged or false }
		end
	end
	return nil
end
