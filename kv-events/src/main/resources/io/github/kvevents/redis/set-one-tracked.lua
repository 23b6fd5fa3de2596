#!lua
--[[
Writes one key, whatever it holds, and keeps its deadline and last value in step. What
set-tracked.lua does for many keys and with conditions, without what it needs for these: this
is the usual write, and two thirds of the cost. A lifetime that ended before the write, and
that nobody noticed yet, is told of first.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  :expired    KEYS[4]  :recent
KEYS[5]  the key
ARGV[1]  1 if this instance delivers what ended itself, else 0; behind it its id
ARGV[2]  the value
ARGV[3]  PX or PXAT; left out for a key that is to live for ever
ARGV[4]  the time of PX or PXAT in milliseconds
Reply    a list of what the key held before, nil if it was absent; behind it, if a lifetime ended
         that is the caller's to deliver, what lifetime-end.lua returns
Error    WRONGTYPE if it or one of ours holds another type; nothing is written then
Cost     O(log N) with N tracked keys; two commands without a lifetime, four with PXAT and five
         with PX; seven more after a lifetime that nobody noticed
--]]
local call, deadlines, values, expired, recent, key = redis.call, KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local value, lifetime, at = ARGV[2], ARGV[3], ARGV[4]
local mine, instance = string.sub(ARGV[1], 1, 1) == '1', string.sub(ARGV[1], 2)
local heard, log, header, before, ended = true, nil, nil, nil, nil
-- include set-one.lua
return { before, ended }
