#!lua flags=allow-oom
--[[
Reads expiries of this instance by their ids: those handed to it, or those that it checks again.
Expiries that another instance has claimed meanwhile are left out.

KEYS[1]  :expired    KEYS[2]  :handed    KEYS[3]  :wake of the instance
ARGV[1]  the consumer group
ARGV[2]  the id of the instance
ARGV[3]  approximately how many bytes to read at most; at least one expiry
ARGV[4]  how many entries of :wake to remove
ARGV[5]  and so on, their ids; then the ids of the expiries
Reply    how many of the ids were processed; the expiries, each its id and its fields, with the
         note at the end if there is one
Cost     O(log N) an expiry with N pending
--]]
local max_bytes, woken = tonumber(ARGV[3]), tonumber(ARGV[4])
if woken > 0 then
	redis.call('XACK', KEYS[3], ARGV[1], unpack(ARGV, 5, 4 + woken))
	redis.call('XDEL', KEYS[3], unpack(ARGV, 5, 4 + woken))
end
-- include note.lua
local reply, bytes = { 0 }, 0
for index = 5 + woken, #ARGV do
	local id = ARGV[index]
	if bytes >= max_bytes then
		break
	end
	if #redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1, ARGV[2]) > 0 then
		local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
		if entry then
			for _, field in ipairs(entry[2]) do
				bytes = bytes + #field
			end
			reply[#reply + 1] = with_note(KEYS[2], entry)
		end
	end
	reply[1] = reply[1] + 1
end
return reply
