--[[
Part of scripts that detect the expiry of a key. Defines publish(key, deadline, now, by, mine),
which adds the expiry to :expired and, with a change log, to the log. Needs values, expired, recent,
log and append (nil without a log), and heard: whether hooks receive expiries. Without heard, an
entry is added only if :expired exists already, since nobody would remove it. The caller has checked
that :expired is a stream: otherwise the log could get an entry that is added once more later.

With mine, the calling instance, by, takes the expiry in the same step, as if it had read it,
unless an unread expiry, or an earlier expiry of the same key, is still in the stream: those are
delivered first. In that case publish returns the id of the entry, the deadline, the time of the
detection, the value, the id in the log and the headers, each of the last three false if there is
none; otherwise nil. It is called before the key is added to recent.
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

local function publish(key, deadline, now, by, mine)
	if not string.match(deadline, '^%d+$') then
		-- a score that another client has written
		deadline = string.format('%.0f', math.max(0, math.min(now, tonumber(deadline))))
	end
	local entry = { 'XADD', expired, '*', 'key', key, 'deadline', deadline, 'at', now, 'by', by }
	local value = redis.call('HGET', values, key)
	if value then
		entry[#entry + 1] = 'value'
		entry[#entry + 1] = value
	end
	-- beside the value, in a field whose name is no text: the deadline of the operation that left
	-- them, a colon and the headers; void if another client set another deadline
	local carried = redis.call('HGET', values, '\255' .. key)
	carried = carried and string.match(carried, '^' .. deadline .. ':([%w%%=&._*+-]+)$')
	if carried then
		entry[#entry + 1] = 'headers'
		entry[#entry + 1] = carried
	end
	local logged = log and append(key, nil, value, 'E::' .. deadline .. ':' .. by .. (carried and '\n' .. carried or ''))
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
			return { id, deadline, tostring(now), value, logged or false, carried or false }
		end
	end
	return nil
end
