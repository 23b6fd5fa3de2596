--[[
Part of scripts that reply with entries of a stream. Defines bounded(max, max_bytes, read), which
collects entries until there are max or they exceed max_bytes: it calls read() at most max times,
which returns an entry, or nil, and whether there are more. The result exceeds max_bytes by at most
one entry.
--]]
local function bounded(max, max_bytes, read)
	local found, bytes, more, reads = {}, 0, true, 0
	while more and reads < max and bytes < max_bytes do
		reads = reads + 1
		local entry
		entry, more = read()
		if entry then
			found[#found + 1] = entry
			for _, field in ipairs(entry[2] or {}) do
				bytes = bytes + #field
			end
		end
	end
	return found
end
