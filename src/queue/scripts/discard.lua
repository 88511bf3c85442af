-- Voids a generation that is known to lack ids, if it is still the one in use.
-- KEYS  generation
-- ARGV  its id
-- O(1)
if redis.call('HGET', KEYS[1], 'id') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return redis.status_reply('OK')
