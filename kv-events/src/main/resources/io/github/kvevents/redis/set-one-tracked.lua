#!lua
--[[
Writes one key unconditionally, with its deadline and, if it is kept, its last value. A faster form of set-tracked.lua
for the most frequent write, at two thirds of the cost. An undetected expiry of the key is published
first.

KEYS[1]  :deadlines    KEYS[2]  :values    KEYS[3]  :expired    KEYS[4]  :recent
KEYS[5]  the key
ARGV[1]  1 if this instance delivers a detected expiry itself, otherwise 0; 1 to keep the value
         for the expiry, otherwise 0; then the id of the instance
ARGV[2]  the value
ARGV[3]  PX or PXAT; left out for a key that never expires
ARGV[4]  the time of PX or PXAT in milliseconds
ARGV[5]  the headers that the expiry of the key carries; left out without
Reply    as that of set-one-logged.lua, without the id of an entry: unless the key was absent, a
         colon and its previous value; if the caller delivers a detected expiry, the result of
         lifetime-end.lua instead
Error    WRONGTYPE if it, or a key of this library, has another type; nothing is written then
Cost     O(log N) with N tracked keys; two commands without a lifetime, four with PXAT and five
         with PX, and one more for a key that has one already; seven more after an undetected expiry
--]]
local call, deadlines, values, expired, recent, key = redis.call, KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local value, lifetime, at = ARGV[2], ARGV[3], ARGV[4]
-- bytes, not parts of the string, which would cost more: 49 is 1
local mine, keeps = string.byte(ARGV[1], 1) == 49, string.byte(ARGV[1], 2) == 49
local heard, log, header, carried, before, ended = true, nil, ARGV[1], ARGV[5], nil, nil
-- include set-one.lua
if before then
	return ':' .. before
end
-- include ended-text.lua
return with_end('')
