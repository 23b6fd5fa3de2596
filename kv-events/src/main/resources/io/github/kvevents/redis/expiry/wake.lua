#!lua flags=allow-oom
--[[
Wakes other instances to check again the expiries that no hook has received: a new receiver was added.

KEYS     :wake of each of them
Reply    how many were woken
Cost     O(1) an instance
--]]
local woken = 0
for _, wake in ipairs(KEYS) do
	if redis.call('EXISTS', wake) == 1 then
		redis.call('XADD', wake, 'MAXLEN', '~', 10000, '*', 'v', '1')
		woken = woken + 1
	end
end
return woken
