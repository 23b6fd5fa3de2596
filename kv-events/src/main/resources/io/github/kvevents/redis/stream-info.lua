--[[
Part of scripts that read what a stream says of itself. Defines existing_stream_info(key), the fields of
XINFO STREAM by name, and stream_info(key), the same, nil if the key doesn't exist. The key must be a
stream. Only the second one needs the right to call EXISTS.
--]]
local function existing_stream_info(key)
	local info = {}
	local reply = redis.call('XINFO', 'STREAM', key)
	for index = 1, #reply, 2 do
		info[reply[index]] = reply[index + 1]
	end
	return info
end

local function stream_info(key)
	return redis.call('EXISTS', key) == 1 and existing_stream_info(key) or nil
end
