--[[
Part of scripts that reply with values of keys. Defines bounded_values(first, max_bytes), which
reads KEYS from that index on and stops when the values are large: there are fewer values than keys
then, at least one. A key that is absent or no string has the value false, which replies as nil.
--]]
local function bounded_values(first, max_bytes)
	local values, bytes, step = {}, 0, 1
	local count = #KEYS - first + 1
	while #values < count do
		-- several at a time, since each call costs more than a small value, but not so many that large
		-- values would fill the memory of the server; MGET replies nil for other types
		local from = first + #values
		for _, value in ipairs(redis.call('MGET', unpack(KEYS, from, math.min(#KEYS, from + step - 1)))) do
			bytes = bytes + (value and #value or 0)
			if #values > 0 and bytes > max_bytes then
				return values
			end
			values[#values + 1] = value
		end
		step = math.max(1, math.min(2 * step, 16, math.floor((max_bytes - bytes) * #values / (bytes + 1))))
	end
	return values
end
