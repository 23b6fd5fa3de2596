#!lua flags=allow-oom
--[[
Reads the facts that all instances of a namespace agree on, and the application that uses it, and
writes missing ones. Writes nothing if the instance does not agree, or the namespace is being moved.

KEYS[1]  :meta
ARGV[1]  1 at the first check of an instance. Later the application is written only if the
         server lost all facts: an operator may have released the namespace
ARGV[2]  and so on, names and values: three pairs that all agree on, then the pairs of the
         application, left out if it is unknown
Reply    all fields and their values
Cost     O(1)
--]]
local fields = redis.call('HGETALL', KEYS[1])
local facts = {}
for index = 1, #fields, 2 do
	facts[fields[index]] = fields[index + 1]
end
if facts['move'] then
	return fields
end
for index = 2, 6, 2 do
	if facts[ARGV[index]] and facts[ARGV[index]] ~= ARGV[index + 1] then
		return fields
	end
end
local claim = #fields == 0 or (ARGV[1] == '1' and not facts['application'])
for index = 2, claim and #ARGV or 6, 2 do
	redis.call('HSETNX', KEYS[1], ARGV[index], ARGV[index + 1])
end
return redis.call('HGETALL', KEYS[1])
