--[[
Part of scripts that read expiries which were handed on. Defines with_note(handed, entry), which
adds the note of the instance that handed it on to the fields of an entry of :expired.
--]]
local function with_note(handed, entry)
	local note = redis.call('HGET', handed, entry[1])
	if note then
		entry[2][#entry[2] + 1] = 'note'
		entry[2][#entry[2] + 1] = note
	end
	return entry
end
