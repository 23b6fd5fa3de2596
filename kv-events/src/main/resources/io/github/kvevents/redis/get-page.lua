#!lua flags=no-writes
--[[
Reads keys. Stops when the values are large: there are fewer values than keys then.

KEYS[1]  and so on, the keys to read
ARGV[1]  approximately how many bytes of values at most
Reply    for each key, from the first, its value, nil if it is absent or no string; at least
         one
Cost     O(1) a key
--]]
local max_bytes, bytes, step = tonumber(ARGV[1]), 0, 1
local reply = {}
while #reply < #KEYS do
	-- several at a time, since each call costs more than a small value, but not so many that large
	-- values would fill the memory of the server; MGET replies nil for other types
	local values = redis.call('MGET', unpack(KEYS, #reply + 1, math.min(#KEYS, #reply + step)))
	for _, value in ipairs(values) do
		bytes = bytes + (value and #value or 0)
		if #reply > 0 and bytes > max_bytes then
			return reply
		end
		reply[#reply + 1] = value
	end
	step = math.max(1, math.min(2 * step, 16, math.floor((max_bytes - bytes) * #reply / (bytes + 1))))
end
return reply
