#!lua flags=allow-oom
--[[
Says that an instance is there and which hooks for expiries it has, or that it takes no more.
Instances that were silent for too long are forgotten. Each change gets a new version.

:hooks has these fields:
  v           the version
  i:<id>      an instance: when it was last there, how long that holds, both in milliseconds,
              and the fingerprint of what it receives
  h:<finger>  what that stands for, kept once for all instances that are alike

KEYS[1]  :hooks    KEYS[2]  :expired    KEYS[3]  :wake of the instance
ARGV[1]  the id of the instance
ARGV[2]  how long to take it for there, in milliseconds; 0 if it takes no more
ARGV[3]  the fingerprint    ARGV[4]  what it stands for
ARGV[5]  the consumer group
ARGV[6]  the version that the instance knows, empty if it knows none
Reply    the version; then, unless it is the one that is known, for each other instance its id
         and what it receives
Cost     O(N) with N instances
--]]
local hooks, me, length, fingerprint = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local fields = redis.call('HGETALL', hooks)
local instances, texts, used, changed = {}, {}, {}, false
local version, before = '', nil

local function read(field, value)
	local kind, name = string.sub(field, 1, 2), string.sub(field, 3)
	if field == 'v' then
		version = value
	elseif kind == 'h:' then
		texts[name] = value
	elseif kind == 'i:' then
		local at, valid, finger = string.match(value, '^(%d+):(%d+):(.*)$')
		local age = now - at
		if name == me then
			before = finger
		elseif age < tonumber(valid) and age > -tonumber(valid) then
			instances[#instances + 1] = { name, finger }
			used[finger] = true
		else
			redis.call('HDEL', hooks, field)
			changed = true
		end
	end
end

for index = 1, #fields, 2 do
	read(fields[index], fields[index + 1])
end
if length > 0 then
	changed = changed or before ~= fingerprint
	used[fingerprint] = true
	redis.call('HSET', hooks, 'i:' .. me, string.format('%.0f:%.0f:%s', now, length, fingerprint))
	if not texts[fingerprint] then
		redis.call('HSET', hooks, 'h:' .. fingerprint, ARGV[4])
	end
	if redis.call('EXISTS', KEYS[2]) == 0 then
		redis.call('XGROUP', 'CREATE', KEYS[2], ARGV[5], '0', 'MKSTREAM')
	end
	if redis.call('EXISTS', KEYS[3]) == 0 then
		redis.call('XGROUP', 'CREATE', KEYS[3], ARGV[5], '0', 'MKSTREAM')
	end
	redis.call('PEXPIRE', KEYS[3], math.max(3600000, 3 * length))
else
	if before then
		redis.call('HDEL', hooks, 'i:' .. me)
		changed = true
	end
	redis.call('DEL', KEYS[3])
end
for finger in pairs(texts) do
	if not used[finger] then
		redis.call('HDEL', hooks, 'h:' .. finger)
	end
end
if next(used) == nil then
	redis.call('DEL', hooks)
	version = ''
elseif changed or version == '' then
	-- never one that was there before the server lost its data
	version = string.format('%.0f', math.max(time[1] * 1000000 + time[2], (tonumber(version) or 0) + 1))
	redis.call('HSET', hooks, 'v', version)
end

local reply = { version }
if version ~= ARGV[6] then
	for _, instance in ipairs(instances) do
		reply[#reply + 1] = instance[1]
		reply[#reply + 1] = texts[instance[2]] or ''
	end
end
return reply
