--[[
Removes what kv-events keeps for one namespace, and nothing else. Keys of the application stay.
For redis-cli, with -n for another database than 0:

  redis-cli --eval remove-namespace.lua , shop           lists what there is
  redis-cli --eval remove-namespace.lua , shop remove    removes it, unless an instance runs
  redis-cli --eval remove-namespace.lua , shop force     removes it all the same

In Redis Cluster run it on each primary: it finds the keys of that node.

KEYS     none: names are found by a scan
ARGV[1]  the namespace
ARGV[2]  what to do: nothing to list, remove or force
Reply    a summary, then each key with the number of its entries; if there is none, the
         namespaces that there are; an error if an instance runs
Cost     O(N) for the N keys of the database, less than a second for a million; Redis serves
         nobody else meanwhile
--]]
local name, action = ARGV[1] or '', ARGV[2] or 'list'
if #KEYS > 0 or name == '' or #ARGV > 2 or not (action == 'list' or action == 'remove' or action == 'force') then
	return redis.error_reply("ERR Usage: redis-cli --eval remove-namespace.lua , NAMESPACE [remove | force]")
end
local counters = { stream = 'XLEN', hash = 'HLEN', zset = 'ZCARD' }
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- the namespace that the key is of and what it is for there; nil for a key of nobody
local function purpose(key)
	local tag, what = string.match(key, '^kv%-events:{([^}]*)}:(.*)$')
	local owner = tag and (string.match(tag, '^(.*):%d+$') or string.match(tag, '^(.*):%d+%-%d+$'))
	if what == 'meta' then
		owner = not owner and tag
	end
	return owner or nil, what
end

-- whether an instance says by this key that it runs: leases end by themselves if it was killed
local function is_alive(key, what, kind)
	if what == 'sweeper' then
		return true
	elseif kind ~= 'hash' or (what ~= 'hooks' and string.sub(what, 1, 9) ~= 'listener:') then
		return false
	end
	local fields = redis.call('HGETALL', key)
	for index = 1, #fields, 2 do
		local field, value, till = fields[index], fields[index + 1], nil
		if string.sub(field, 1, 2) == 'i:' then
			local at, valid = string.match(value, '^(%d+):(%d+):')
			till = at and at + valid
		elseif field == 'until' or string.sub(field, 1, 9) == 'instance:' then
			till = tonumber(value)
		end
		if till and till > now then
			return true
		end
	end
	return false
end

local keys, lines, others, seen, alive, cursor = {}, {}, {}, {}, nil, '0'
repeat
	local page = redis.call('SCAN', cursor, 'MATCH', 'kv-events:{*', 'COUNT', 10000)
	cursor = page[1]
	for _, key in ipairs(page[2]) do
		local owner, what = purpose(key)
		if owner == name and not seen[key] then
			local kind = redis.call('TYPE', key).ok
			seen[key] = true
			keys[#keys + 1] = key
			lines[#lines + 1] = key .. (counters[kind] and (': ' .. redis.call(counters[kind], key)) or '')
			alive = alive or (is_alive(key, what, kind) and key)
		elseif owner and not seen[owner] then
			seen[owner] = true
			others[#others + 1] = "'" .. owner .. "'"
		end
	end
until cursor == '0'
table.sort(lines)
table.sort(others)

if #keys == 0 then
	return { "Nothing of a namespace '" .. name .. "' exists in this database: check the name and, with -n, the database. "
		.. (#others > 0 and ('It has: ' .. table.concat(others, ', ')) or 'It has no namespace at all') }
end
if action == 'remove' and alive then
	return redis.error_reply("ERR Namespace '" .. name .. "' is in use, as '" .. alive
		.. "' says: stop all its instances; where one was killed wait until its lease has ended; or use 'force'. Nothing was removed")
end
if action ~= 'list' then
	for _, key in ipairs(keys) do
		redis.call('UNLINK', key)
	end
end
local done = (action == 'list') and ((alive and 'an instance is running; ' or '') .. 'nothing was removed') or 'removed'
table.insert(lines, 1, "Namespace '" .. name .. "': " .. #keys .. ' keys, ' .. done)
return lines
