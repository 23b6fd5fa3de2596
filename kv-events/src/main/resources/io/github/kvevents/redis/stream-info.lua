--[[
Part of scripts that read what a stream says of itself. Defines stream_info(key), the fields of XINFO
STREAM by name, nil if the key doesn't exist. The key must be a stream.
--]]
local function stream_info(key)
	if redis.call('EXISTS', key) == 0 then
		return nil
	end
	local info = {}
	local reply = redis.call('XINFO', 'STREAM', key)
	for index = 1, #reply, 2 do
		info[reply[index]] = reply[index + 1]
	end
	return info
end
