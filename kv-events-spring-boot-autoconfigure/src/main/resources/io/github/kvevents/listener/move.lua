#!lua flags=allow-oom
--[[
Moves the checkpoint of a listener whoever has the partition. The epoch rises, so that who has
it finds out and takes it anew.

KEYS[1]  :listener:<id>
ARGV[1]  the checkpoint    ARGV[2]  its operation    ARGV[3]  its ordinal
ARGV[4]  1 to move it forward only, 0 to any place
Reply    1 if it was moved, 0 if not
Cost     O(1) a field: an instance, or an event that was put aside lately
--]]
local function parts(position)
	local millis, sequence = string.match(position, '^(%d+)-(%d+)$')
	return tonumber(millis), tonumber(sequence)
end

local before = redis.call('HGET', KEYS[1], 'checkpoint')
if before and ARGV[4] == '1' then
	local millis, sequence = parts(before)
	local to_millis, to_sequence = parts(ARGV[1])
	if to_millis < millis or (to_millis == millis and to_sequence <= sequence) then
		return 0
	end
end
redis.call('HSET', KEYS[1], 'checkpoint', ARGV[1], 'operation', ARGV[2], 'ordinal', ARGV[3], 'trail', '')
redis.call('HINCRBY', KEYS[1], 'epoch', 1)
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
	if string.sub(field, 1, 6) == 'aside:' then
		redis.call('HDEL', KEYS[1], field)
	end
end
return 1
