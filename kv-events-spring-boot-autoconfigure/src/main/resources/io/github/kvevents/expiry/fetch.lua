#!lua flags=allow-oom
--[[
Reads expiries that this instance has by their ids: what was handed to it, or what it looks at
anew. Those that another has taken meanwhile are left out.

KEYS[1]  :expired    KEYS[2]  :handed    KEYS[3]  :wake of the instance
ARGV[1]  the consumer group
ARGV[2]  the id of the instance
ARGV[3]  how many entries of :wake are done with it
ARGV[4]  and so on, their ids; behind them the ids of the expiries
Reply    the expiries, each its id and its fields, with the note behind them if there is one
Cost     O(log N) an expiry with N pending
--]]
local woken = tonumber(ARGV[3])
if woken > 0 then
	redis.call('XACK', KEYS[3], ARGV[1], unpack(ARGV, 4, 3 + woken))
	redis.call('XDEL', KEYS[3], unpack(ARGV, 4, 3 + woken))
end
-- include note.lua
local reply = {}
for index = 4 + woken, #ARGV do
	local id = ARGV[index]
	if #redis.call('XPENDING', KEYS[1], ARGV[1], id, id, 1, ARGV[2]) > 0 then
		local entry = redis.call('XRANGE', KEYS[1], id, id)[1]
		if entry then
			reply[#reply + 1] = with_note(KEYS[2], entry)
		end
	end
end
return reply
