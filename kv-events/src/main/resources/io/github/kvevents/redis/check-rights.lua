#!lua flags=allow-oom
--[[
Checks whether the user may run the commands of writes and deliveries, all that the scripts of
this library call. Nothing is written: each command has invalid arguments, and the server checks
permissions first.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  :expired    KEYS[4]  :recent
KEYS[5]  :log          KEYS[6]  a key that never exists
ARGV[1]  1 if expiries are tracked
ARGV[2]  1 if there is a change log
ARGV[3]  1 if expiries are awaited together with the change log, in Redis Cluster
Reply    empty if nothing is refused; otherwise Writes or Deliveries, whichever fails, and
         the message of the server for the first refused command
Cost     O(1)
--]]
local absent = KEYS[6]
local writes = {
	{ 'SET', KEYS[2], '', 'refused' },
	{ 'GET', KEYS[2] },
	{ 'GETDEL', KEYS[2] },
	{ 'DEL', absent },
	{ 'EXISTS', absent },
	{ 'TIME' },
	{ 'PEXPIREAT', KEYS[2], 'refused' },
	{ 'PEXPIRETIME', absent },
	{ 'PERSIST', absent },
	{ 'ZADD', KEYS[1], 'refused', '' },
	{ 'ZADD', KEYS[4], 'refused', '' },
	{ 'ZREM', KEYS[1], '' },
	{ 'ZSCORE', absent, '' },
	{ 'ZCARD', KEYS[1] },
	{ 'HSET', KEYS[2], '', '', 'refused' },
	{ 'HGET', absent, '' },
	{ 'HDEL', KEYS[2], '' },
	{ 'HLEN', KEYS[2] },
	{ 'XADD', KEYS[3], 'refused', '', '' },
	{ 'XADD', KEYS[5], 'refused', '', '' },
	{ 'XTRIM', KEYS[5], 'refused', '0' },
	{ 'XLEN', KEYS[5] },
	{ 'XREVRANGE', absent, '+', '-' },
}
-- of the sweep and of the delivery of expiries
local tracking = {
	{ 'PTTL', absent },
	{ 'PEXPIRE', absent, 'refused' },
	{ 'ZRANGE', absent, '0', '0' },
	{ 'ZCOUNT', absent, '0', '0' },
	{ 'ZREMRANGEBYSCORE', absent, '0', '0' },
	{ 'HGETALL', absent },
	{ 'XRANGE', absent, '-', '+' },
	{ 'XREADGROUP', 'GROUP', 'rights', 'rights', 'STREAMS', absent, '>' },
	{ 'XACK', absent, 'rights', '0-0' },
	{ 'XDEL', absent, '0-0' },
	{ 'XPENDING', absent, 'rights' },
	{ 'XCLAIM', absent, 'rights', 'rights', '0', '0-0' },
	{ 'XAUTOCLAIM', absent, 'rights', 'rights', '0', '0-0' },
	{ 'XGROUP', 'CREATE', absent, 'rights', '0' },
	{ 'XGROUP', 'DELCONSUMER', absent, 'rights', 'rights' },
	{ 'XINFO', 'CONSUMERS', absent, 'rights' },
	{ 'XINFO', 'GROUPS', absent },
}
-- of the waits that are shared in Redis Cluster
local shared = {
	{ 'XREAD', 'STREAMS', absent, '0' },
}
-- of the change feed, listeners and event logs
local log = {
	{ 'XREAD', 'STREAMS', absent, '0' },
	{ 'XRANGE', absent, '-', '+' },
	{ 'XDEL', absent, '0-0' },
	{ 'XINFO', 'STREAM', absent },
	{ 'MGET', absent },
	{ 'TYPE', absent },
	{ 'PEXPIRE', absent, 'refused' },
	{ 'HGETALL', absent },
	{ 'HKEYS', absent },
	{ 'HMGET', absent, '' },
	{ 'HINCRBY', absent, '', 'refused' },
}

local function refused(commands)
	for _, command in ipairs(commands) do
		local reply = redis.pcall(unpack(command))
		local failure = type(reply) == 'table' and reply.err
		if failure and (failure:find('NOPERM') or failure:find("can't run this command")
				or failure:find('ACL failure') or failure:find('executing the script')) then
			local name, key = command[1]:lower(), command[2]
			if name == 'xgroup' or name == 'xinfo' then
				name, key = name .. '|' .. command[2]:lower(), command[3]
			elseif name == 'xreadgroup' or name == 'xread' then
				key = absent
			end
			return "NOPERM this user has no permissions to run the '" .. name .. "' command in a script"
					.. (key and (", or to access its key '" .. key .. "'") or '')
		end
	end
end

local failure = refused(writes)
if failure then
	return { 'Writes', failure }
end
failure = (ARGV[1] == '1' and (refused(tracking) or (ARGV[3] == '1' and refused(shared))))
		or (ARGV[2] == '1' and refused(log))
return failure and { 'Deliveries', failure } or {}
