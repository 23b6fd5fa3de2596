--[[
Part of scripts that reply with entries of a stream. Defines bounded(max, read), which gathers
entries until there are max or they are large, in ten steps at most: calls read(count) for some at a time, which
returns them and whether there are more.
--]]
local function bounded(max, read)
	local found, bytes, step, more, reads = {}, 0, 1, true, 0
	while more and #found < max and bytes < 524288 and reads < 10 do
		reads = reads + 1
		local entries
		entries, more = read(math.min(step, max - #found))
		for _, entry in ipairs(entries) do
			found[#found + 1] = entry
			for _, field in ipairs(entry[2] or {}) do
				bytes = bytes + #field
			end
		end
		-- no more than will fit if the next are like these
		local fitting = (#found > 0) and math.floor((524288 - bytes) * #found / (bytes + 1)) or max
		step = math.max(1, math.min(2 * step, fitting))
	end
	return found
end
