#!lua flags=allow-oom
--[[
Finds out whether the user may run the commands that writes take. Nothing is written: each
command has arguments with which it changes nothing, and rights are looked at before those.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  :expired    KEYS[4]  :recent
KEYS[5]  :log
Reply    the first command that is refused with what the server says, empty if none is
Cost     O(1)
--]]
local commands = {
	{ 'SET', KEYS[2], '', 'refused' },
	{ 'GET', KEYS[2] },
	{ 'GETDEL', KEYS[2] },
	{ 'PEXPIREAT', KEYS[2], 'refused' },
	{ 'ZADD', KEYS[1], 'refused', '' },
	{ 'ZREM', KEYS[1], '' },
	{ 'HSET', KEYS[2], '', '', 'refused' },
	{ 'HDEL', KEYS[2], '' },
	{ 'XADD', KEYS[3], 'refused', '', '' },
	{ 'ZADD', KEYS[4], 'refused', '' },
	{ 'XADD', KEYS[5], 'refused', '', '' },
	{ 'XTRIM', KEYS[5], 'refused', '0' },
}
for _, command in ipairs(commands) do
	local reply = redis.pcall(unpack(command))
	local failure = type(reply) == 'table' and reply.err
	if failure and (failure:find('NOPERM') or failure:find("can't run this command")
			or failure:find('ACL failure') or failure:find('executing the script')) then
		return "NOPERM this user has no permissions to run the '" .. command[1]:lower()
				.. "' command in a script, or to access its key '" .. command[2] .. "'"
	end
end
return ''
