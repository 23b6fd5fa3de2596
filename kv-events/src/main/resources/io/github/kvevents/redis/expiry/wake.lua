#!lua flags=allow-oom
--[[
Has other instances look anew at what no hook has received yet: one that may has come.

KEYS     :wake of each of them
Reply    how many there are
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
