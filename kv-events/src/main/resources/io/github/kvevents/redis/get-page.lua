#!lua flags=no-writes
--[[
Reads keys. Stops when the values are large: then there are fewer than keys.

KEYS[1]  and so on, the keys to read
ARGV[1]  about how many bytes of values at most
Reply    for each key, from the first on, its value, nil if it is absent or no string; of one key
         at least
Cost     O(1) a key
--]]
local max_bytes, bytes, step = tonumber(ARGV[1]), 0, 1
local reply = {}
while #reply < #KEYS do
	-- some at a time, since each call costs more than a small value, but not so many that large
	-- ones would fill the memory of the server; of another type than a string MGET replies nil
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
