#!lua flags=no-writes
--[[
Reads keys and how far the change log is, at one moment.

KEYS[1]  :log
KEYS[2]  and so on, the keys to read; below 7000
Reply    the id of the last entry that was ever added, 0-0 without a log; then for each key its
         value, nil if it is absent or no string
Cost     O(1) a key, up to three commands
--]]
local reply = (#KEYS > 1) and redis.call('MGET', unpack(KEYS, 2)) or {}
local last = '0-0'
if redis.call('EXISTS', KEYS[1]) == 1 then
	local info = redis.call('XINFO', 'STREAM', KEYS[1])
	for index = 1, #info, 2 do
		if info[index] == 'last-generated-id' then
			last = info[index + 1]
		end
	end
end
table.insert(reply, 1, last)
return reply
