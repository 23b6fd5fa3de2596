--[[
Part of scripts that write many keys. Defines for_each(count, write), which calls write(index)
for one key after the other until the reply is large, and returns the reply: how many keys were
written; for each of them the result of write, nil if it failed; then for each key that failed
its number and the error. The caller sends the remaining keys in a further call.
--]]
local function for_each(count, write)
	local reply, failures, bytes, index = { 0 }, {}, 0, 0
	repeat
		index = index + 1
		local result = write(index)
		if type(result) == 'table' and result.err then
			failures[#failures + 1] = tostring(index)
			failures[#failures + 1] = result.err
			result = false
		end
		local before = (type(result) == 'table') and result[1] or result
		local ended = (type(result) == 'table') and result[3]
		bytes = bytes + (type(before) == 'string' and #before or 0) + (ended and ended[4] and #ended[4] or 0)
		reply[index + 1] = result or false
	until index == count or bytes >= 524288
	reply[1] = index
	for _, failure in ipairs(failures) do
		reply[#reply + 1] = failure
	end
	return reply
end
