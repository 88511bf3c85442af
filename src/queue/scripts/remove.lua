-- Removes ids that are no longer ready.
-- ARGV[4..]  per queue: its name, the list 'id,id,...' of at most 1,000 ids
-- O(ids * log n)
for i = 4, #ARGV, 2 do
  local queue = ARGV[i]
  redis.call('ZREM', READY .. queue, unpack(items(ARGV[i + 1])))
  if redis.call('EXISTS', READY .. queue) == 0 then redis.call('ZREM', ACTIVE, queue) end
end
return redis.status_reply('OK')
