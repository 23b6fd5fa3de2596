#!lua flags=no-writes
--[[
Reads keys and the last id of the change log atomically. Stops when the values are large: there are
fewer values than keys then.

KEYS[1]  :log
KEYS[2]  and so on, the keys to read
ARGV[1]  approximately how many bytes of values at most
Reply    the id of the last entry that was ever added, 0-0 without a log; then for each key, from
         the first, its value, nil if it is absent or no string; at least one
Cost     O(1) a key, up to three commands
--]]
local max_bytes, bytes = tonumber(ARGV[1]), 0
local last = '0-0'
if redis.call('EXISTS', KEYS[1]) == 1 then
	local info = redis.call('XINFO', 'STREAM', KEYS[1])
	for index = 1, #info, 2 do
		if info[index] == 'last-generated-id' then
			last = info[index + 1]
		end
	end
end
local reply = { last }
for index = 2, #KEYS do
	-- MGET of one: another type is nil, no error
	local value = redis.call('MGET', KEYS[index])[1]
	bytes = bytes + (value and #value or 0)
	if index > 2 and bytes > max_bytes then
		break
	end
	reply[index] = value
end
return reply
