-- Begins a new generation: from now on ids are pushed to it, and none are taken until it is built.
-- KEYS  generation, generations
-- ARGV  the new id
-- O(1)
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'id', ARGV[1], 'server', string.match(redis.call('INFO', 'server'), 'run_id:(%x+)'))
redis.call('SADD', KEYS[2], ARGV[1])
return redis.status_reply('OK')
