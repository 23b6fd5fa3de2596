--[[
Part of scripts that write. Defines repeated(header, operations), which detects that a driver has
retransmitted the script after a lost reply. If one of the newest entries of the change log has this
unique header, it returns the reply of the first run, the previous value or false and the id;
otherwise nil. Needs log, the stream; operations is the number of operations of the script.
--]]
local newest
local function repeated(header, operations)
	if not newest then
		newest = {}
		for _, entry in ipairs(redis.call('XREVRANGE', log, '+', '-', 'COUNT', 15 + operations)) do
			newest[entry[2][2]] = entry
		end
	end
	local entry = newest[header]
	if not entry then
		return nil
	end
	local fields = entry[2]
	return { (fields[#fields - 1] == 'p') and fields[#fields], entry[1] }
end
