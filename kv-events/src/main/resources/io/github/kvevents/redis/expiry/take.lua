#!lua flags=allow-oom
--[[
Takes new expiries.

KEYS[1]  :expired
ARGV[1]  the consumer group
ARGV[2]  the id of the instance
ARGV[3]  how many to take, at most
ARGV[4]  approximately how many bytes at most; at least one expiry
Reply    the expiries, each its id and its fields; its id alone if it was taken but exceeds the
         bytes: it can be fetched by its id
Error    NOGROUP if the group is gone
Cost     O(1) an expiry
--]]
local max, max_bytes = tonumber(ARGV[3]), tonumber(ARGV[4])
local reply, bytes, step = {}, 0, 1
while #reply < max and bytes < max_bytes do
	local asked = math.min(step, max - #reply)
	local read = redis.call('XREADGROUP', 'GROUP', ARGV[1], ARGV[2], 'COUNT', asked, 'STREAMS', KEYS[1], '>')
	local entries = read and read[1][2] or {}
	for _, entry in ipairs(entries) do
		for _, field in ipairs(entry[2]) do
			bytes = bytes + #field
		end
		reply[#reply + 1] = (#reply == 0 or bytes <= max_bytes) and entry or { entry[1] }
	end
	if #entries < asked then
		break
	end
	-- several at a time, since each call costs more than a small expiry, but not so many that large
	-- ones would fill the memory of the server
	step = math.max(1, math.min(2 * step, 16, math.floor((max_bytes - bytes) * #reply / (bytes + 1))))
end
return reply
