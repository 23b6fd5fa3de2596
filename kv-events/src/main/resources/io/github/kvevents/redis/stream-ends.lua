#!lua flags=no-writes
--[[
Reads the last ids of streams, so that a reader detects that one was deleted or reset: a blocking
read would wait for ever then.

KEYS     the streams
Reply    for each the last generated id; empty if there is no such key; the name of its type
         if it is no stream
Cost     O(number of keys), two commands each at most
--]]
-- include stream-info.lua
local ends = {}
for index, key in ipairs(KEYS) do
	local type = redis.call('TYPE', key)['ok']
	if type == 'none' then
		ends[index] = ''
	elseif type == 'stream' then
		ends[index] = existing_stream_info(key)['last-generated-id']
	else
		ends[index] = type
	end
end
return ends
