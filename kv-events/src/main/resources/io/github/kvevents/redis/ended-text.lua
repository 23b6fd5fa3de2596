--[[
Part of scripts that reply with one string for one key. Defines with_end(id), the reply for a key
that was absent: the id of its log entry, empty without one, and, if ended is the result of
lifetime-end.lua, each of its parts after a line feed, and the value after a plus sign.
--]]
local function with_end(id)
	if not ended then
		return id
	end
	return table.concat({ id, ended[1], ended[2], ended[3], ended[5] or '', ended[6] or '',
			ended[4] and '+' .. ended[4] or '' }, '\n')
end
