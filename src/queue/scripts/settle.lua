-- Ends the flight of batches.
-- ARGV[4..]  per batch: its name, the count n of its ids that go back to their place (at most 1,000), then n ids; nobody is woken for them
-- A batch that was restored meanwhile is no more, and its ids are where they belong.
-- O(ids * log n)
local i = 4
while ARGV[i] do
  local batch, last = ARGV[i], i + 1 + tonumber(ARGV[i + 1])
  local ready = READY .. queue_of(batch)
  for j = i + 2, last do
    local score = redis.call('ZSCORE', BATCH .. batch, ARGV[j])
    if score then redis.call('ZADD', ready, 'NX', score, ARGV[j]) end
  end
  if last > i + 1 and redis.call('EXISTS', ready) == 1 then activate(queue_of(batch)) end
  land(batch)
  i = last + 1
end
return redis.status_reply('OK')
