--[[
Part of scripts that reply with entries of a stream. Defines bounded(max, max_bytes, read), which
gathers entries until there are max or they have about max_bytes: calls read(), which returns one
entry, nil if there was none to return, and whether there are more. It looks at max at most, and
all together are larger than max_bytes by one entry at most.
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
