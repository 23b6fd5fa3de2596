#!lua flags=no-writes
--[[
Reads the state of a change log.

KEYS[1]  :log
Reply    the number of entries; the number of entries ever added; the id of the last entry ever
         added; the id of the first entry, left out if there is none. Empty without a log
Cost     O(1), two commands
--]]
if redis.call('EXISTS', KEYS[1]) == 0 then
	return {}
end
local info = {}
local reply = redis.call('XINFO', 'STREAM', KEYS[1])
for index = 1, #reply, 2 do
	info[reply[index]] = reply[index + 1]
end
local state = { info['length'], info['entries-added'], info['last-generated-id'] }
if info['first-entry'] then
	state[4] = info['first-entry'][1]
end
return state
