--[[
Part of scripts that write many keys. Defines for_each(count, write), which calls write(index)
for each key and makes the reply: for each key what write returned, nil if it failed; behind
them for each key that failed its number and the error.
--]]
local function for_each(count, write)
	local reply, failures = {}, {}
	for index = 1, count do
		local result = write(index)
		if type(result) == 'table' and result.err then
			failures[#failures + 1] = tostring(index)
			failures[#failures + 1] = result.err
			result = false
		end
		reply[index] = result or false
	end
	for _, failure in ipairs(failures) do
		reply[#reply + 1] = failure
	end
	return reply
end
