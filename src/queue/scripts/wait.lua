-- Registers an orchestrator with parked polls, for a while.
-- KEYS     waiters
-- ARGV     its id, for how many ms
-- Returns  1 if its last registration still held, so that it missed no wake
-- O(log waiters)
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local was_registered = redis.call('ZSCORE', KEYS[1], ARGV[1])
redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
return was_registered and 1 or 0
