--[[
Part of scripts that read expiries which an instance had before. Defines with_note(handed,
entry), which adds to the fields of an entry of :expired what was noted when it was handed on.
--]]
local function with_note(handed, entry)
	local note = redis.call('HGET', handed, entry[1])
	if note then
		entry[2][#entry[2] + 1] = 'note'
		entry[2][#entry[2] + 1] = note
	end
	return entry
end
