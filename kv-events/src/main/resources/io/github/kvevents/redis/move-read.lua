#!lua flags=no-writes
--[[
Reads keys of any type for a move, bounded in bytes.

KEYS     the keys, of one slot in Redis Cluster
ARGV[1]  approximately how many bytes to read at most; at least one key
Reply    for each key that was read nil if it is absent, or a list of its deadline in
         milliseconds, 0 for none; 1 if it is a string, else 0; and its value, or its DUMP. Fewer
         than all if they are large
Cost     O(N) for N bytes
--]]
local reply, bytes = {}, 0
for _, key in ipairs(KEYS) do
	local kind, found = redis.call('TYPE', key).ok, false
	if kind ~= 'none' then
		local value = redis.call((kind == 'string') and 'GET' or 'DUMP', key)
		local deadline = redis.call('PEXPIRETIME', key)
		if value then
			bytes = bytes + #value
			if #reply > 0 and bytes > tonumber(ARGV[1]) then
				break
			end
			found = { string.format('%.0f', math.max(0, deadline)), (kind == 'string') and 1 or 0, value }
		end
	end
	reply[#reply + 1] = found
end
return reply
