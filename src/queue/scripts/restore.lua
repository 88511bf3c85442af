-- Puts back batches that were taken long ago and never settled: whoever took them died before the claim.
-- ARGV[4]  after how many ms
-- ARGV[5]  after how many ids to stop; the last batch is put back whole
-- Returns  how many were put back
-- O(ids * log n + waiters)
local limit, restored = tonumber(ARGV[5]), 0
local overdue = redis.call('ZRANGE', INFLIGHT, '-inf', now_ms() - ARGV[4], 'BYSCORE', 'LIMIT', 0, limit)
local queues, is_known = {}, {}
for _, batch in ipairs(overdue) do
  if restored >= limit then break end
  local queue = queue_of(batch)
  local ids = redis.call('ZRANGE', BATCH .. batch, 0, -1, 'WITHSCORES')
  local places = {}
  for i = 1, #ids, 2 do
    places[i], places[i + 1] = ids[i + 1], ids[i]
  end
  if #places > 0 then
    redis.call('ZADD', READY .. queue, 'NX', unpack(places))
    restored = restored + #places / 2
    if not is_known[queue] then
      is_known[queue] = true
      queues[#queues + 1] = queue
      activate(queue)
    end
  end
  land(batch)
end
wake(queues)
return restored
