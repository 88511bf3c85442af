-- Marks a generation as built, if it is still the one in use.
-- KEYS     generation
-- ARGV     its id
-- Returns  1 if it was
-- O(1)
if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'built', '1')
return 1
