--[[
Part of scripts that write. Defines repeated(header, operations): a driver that lost a reply
sends a script once more, which then finds its own work. If one of the newest entries of the
change log has this header, which is unique, returns what the first run replied, the previous
value or false and the id; else nil. Needs log, the stream, and how many operations the script
has.
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
