#!lua flags=allow-oom
--[[
Moves the checkpoint of a listener whichever instance has the partition. The epoch rises, so that
this instance finds out, says that it has obeyed and takes it anew.

KEYS[1]  :listener:<id>
ARGV[1]  the checkpoint    ARGV[2]  its operation    ARGV[3]  its ordinal
ARGV[4]  1 to move it forward only, 0 to any position
Reply    the instance that owns the partition, the epoch of its lease, and in how many milliseconds
         that ends; empty if none does, or the checkpoint was left
Cost     O(1) a field: an instance, or a recent dead letter
--]]
-- include next-epoch.lua
local function parts(position)
	local millis, sequence = string.match(position, '^(%d+)-(%d+)$')
	return tonumber(millis), tonumber(sequence)
end

local to_millis, to_sequence = parts(ARGV[1])
local function is_beyond(position)
	local millis, sequence = parts(position)
	return millis and (millis > to_millis or (millis == to_millis and sequence > to_sequence))
end

local forward_only = ARGV[4] == '1'
local before = redis.call('HGET', KEYS[1], 'checkpoint')
if before and forward_only and (before == ARGV[1] or is_beyond(before)) then
	return {}
end
redis.call('HSET', KEYS[1], 'checkpoint', ARGV[1], 'operation', ARGV[2], 'ordinal', ARGV[3], 'trail', '')
next_epoch(KEYS[1])
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
	-- what is behind a checkpoint that moves forward is not to become a dead letter again
	if string.sub(field, 1, 6) == 'aside:' and not (forward_only and is_beyond(string.sub(field, 7))) then
		redis.call('HDEL', KEYS[1], field)
	end
end
-- include lease-holder.lua
return holder(KEYS[1])
