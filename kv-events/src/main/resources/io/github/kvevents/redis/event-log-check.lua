#!lua flags=no-writes
--[[
Reads the last ids of event logs, so that a reader detects that a log was deleted or reset: a
blocking read would wait for ever then.

KEYS     the logs
Reply    for each the last generated id; empty if there is no such key; the name of its type
         if it is no stream
Cost     O(number of keys), two commands each
--]]
local ends = {}
for index, key in ipairs(KEYS) do
	local type = redis.call('TYPE', key)['ok']
	if type == 'none' then
		ends[index] = ''
	elseif type == 'stream' then
		local info = redis.call('XINFO', 'STREAM', key)
		for field = 1, #info, 2 do
			if info[field] == 'last-generated-id' then
				ends[index] = info[field + 1]
			end
		end
	else
		ends[index] = type
	end
end
return ends
