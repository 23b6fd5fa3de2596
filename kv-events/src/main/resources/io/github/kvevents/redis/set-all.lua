#!lua
--[[
Writes many keys. A key that can't be written does not stop the following ones.

KEYS[i]      the keys
ARGV[4i-3]   the value of key i
ARGV[4i-2]   NX, XX or nothing
ARGV[4i-1]   PX, PXAT, KEEPTTL or nothing
ARGV[4i]     the time of PX or PXAT in milliseconds, or nothing
Reply        how many keys were processed, fewer than all if their values were large; for each of
             them its previous value, nil if it was absent or failed; then for each key that
             failed its number and the error
Cost         O(1) for each key, one command
--]]
-- include batch-reply.lua
return for_each(#KEYS, function(index)
	local command = { 'SET', KEYS[index], ARGV[4 * index - 3], 'GET' }
	for option = 4 * index - 2, 4 * index do
		if ARGV[option] ~= '' then
			command[#command + 1] = ARGV[option]
		end
	end
	return redis.pcall(unpack(command))
end)
