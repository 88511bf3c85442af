-- Adds those of a queue's first ids that are neither ready nor in flight here.
-- ARGV[4]    the queue
-- ARGV[5]    the list 'score,id,score,id,...'
-- Returns    how many were missing
-- O(ids * log n + waiters)
local queue, added = ARGV[4], 0

-- With more batches than that in flight, some id may be added once more: it is only a hint, and its claim finds nothing to claim.
local MAX_BATCHES = 100
local batches = {}
for _, batch in ipairs(redis.call('ZRANGE', INFLIGHT, 0, MAX_BATCHES - 1)) do
  if queue_of(batch) == queue then batches[#batches + 1] = BATCH .. batch end
end

local function is_in_flight(id)
  for _, batch in ipairs(batches) do
    if redis.call('ZSCORE', batch, id) then return true end
  end
  return false
end

local first = items(ARGV[5])
for i = 1, #first, 2 do
  if not is_in_flight(first[i + 1]) then
    added = added + redis.call('ZADD', READY .. queue, 'NX', first[i], first[i + 1])
  end
end
if added > 0 then
  activate(queue)
  wake({ queue })
end
return added
