#!lua flags=allow-oom
--[[
Announces an instance and its hooks for expiries, or that it takes no more. Instances whose
announcement has ended are removed. Each change gets a new version.

:hooks has these fields:
  v           the version
  i:<id>      an instance: the time of its announcement, how long that is valid, both in
              milliseconds, and the fingerprint of its receivers
  h:<finger>  the receivers with that fingerprint, stored once for all equal instances

KEYS[1]  :hooks    KEYS[2]  :expired    KEYS[3]  :wake of the instance
ARGV[1]  the id of the instance
ARGV[2]  how long the announcement is valid, in milliseconds; 0 if it takes no more
ARGV[3]  the fingerprint    ARGV[4]  the receivers
ARGV[5]  the consumer group
ARGV[6]  the version that the instance knows, empty if it knows none
Reply    the version; then, unless that is known, for each other instance its id and its
         receivers
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
		local age = at and now - at
		if name == me then
			before = finger
		-- one that another client has written has no time
		elseif at and age < tonumber(valid) and age > -tonumber(valid) then
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
	-- never a version from before the server lost its data
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
