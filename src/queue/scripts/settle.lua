-- Ends the flight of batches.
-- ARGV[4..]  per batch: its name, the list 'id,id,...' of those that go back to their place; nobody is woken for them
-- A batch that was restored meanwhile is no more, and its ids are where they belong.
-- O(ids * log n)
for i = 4, #ARGV, 2 do
  local batch, gated = ARGV[i], items(ARGV[i + 1])
  local ready = READY .. queue_of(batch)
  for _, id in ipairs(gated) do
    local score = redis.call('ZSCORE', BATCH .. batch, id)
    if score then redis.call('ZADD', ready, 'NX', score, id) end
  end
  if #gated > 0 and redis.call('EXISTS', ready) == 1 then activate(queue_of(batch)) end
  land(batch)
end
return redis.status_reply('OK')
