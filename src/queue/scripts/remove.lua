-- Removes ids that are no longer ready.
-- ARGV[4..]  per queue: its name, the count n of its ids (at most 1,000), then n ids
-- O(ids * log n)
local i = 4
while ARGV[i] do
  local queue, last = ARGV[i], i + 1 + tonumber(ARGV[i + 1])
  redis.call('ZREM', READY .. queue, unpack(ARGV, i + 2, last))
  if redis.call('EXISTS', READY .. queue) == 0 then redis.call('ZREM', ACTIVE, queue) end
  i = last + 1
end
return redis.status_reply('OK')
