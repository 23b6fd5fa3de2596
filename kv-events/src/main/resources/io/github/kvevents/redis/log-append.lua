--[[
Part of scripts that write. Defines append(key, value, previous, header), which adds an entry to
the change log and returns its id. Needs log, the stream, and max_length, approximately how
many entries to keep.

An entry has up to four fields, in this order:
  m  the type of the change, the instance that made it and the headers, see EntryHeader
  k  the name of the key in Redis
  v  the value, left out if the key was removed
  p  the previous value, left out if there was none
The first two are always present. Entries with the same fields take less memory, so there are no
others.
--]]
local function append(key, value, previous, header)
	if not value then
		if previous then
			return redis.call('XADD', log, 'MAXLEN', '~', max_length, '*', 'm', header, 'k', key, 'p', previous)
		end
		return redis.call('XADD', log, 'MAXLEN', '~', max_length, '*', 'm', header, 'k', key)
	end
	if previous then
		return redis.call('XADD', log, 'MAXLEN', '~', max_length, '*', 'm', header, 'k', key, 'v', value, 'p', previous)
	end
	return redis.call('XADD', log, 'MAXLEN', '~', max_length, '*', 'm', header, 'k', key, 'v', value)
end
