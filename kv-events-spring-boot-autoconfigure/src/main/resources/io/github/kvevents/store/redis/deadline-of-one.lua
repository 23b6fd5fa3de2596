--[[
Part of scripts that write one key with SET … GET. Puts its deadline in the index, and defines
former: the deadline that the index had of a key which was absent, nil or false if there was
none. Needs call, deadlines, key, before, what SET replied, lifetime, PX, PXAT or nil, and at,
the time of PXAT.
--]]
local former
if lifetime then
	-- asking for it is cheaper than TIME, and exact
	local deadline = (lifetime == 'PX') and call('PEXPIRETIME', key) or at
	-- NX finds out in the same command that there is none, as is the rule
	if before or call('ZADD', deadlines, 'NX', deadline, key) == 0 then
		former = not before and call('ZSCORE', deadlines, key)
		call('ZADD', deadlines, deadline, key)
	end
elseif not before then
	former = call('ZSCORE', deadlines, key)
end
