#!lua flags=no-writes
--[[
Reads the state of a change log.

KEYS[1]  :log
Reply    the number of entries; the number of entries ever added; the id of the last entry ever
         added; the id of the first entry, left out if there is none. Empty without a log
Cost     O(1), two commands
--]]
-- include stream-info.lua
local info = stream_info(KEYS[1])
if not info then
	return {}
end
local state = { info['length'], info['entries-added'], info['last-generated-id'] }
if info['first-entry'] then
	state[4] = info['first-entry'][1]
end
return state
