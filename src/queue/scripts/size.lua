-- Returns  how many ids are ready or in flight, in at most 10,000 queues and batches
-- O(queues + batches)
local size = 0
for _, queue in ipairs(redis.call('ZRANGE', ACTIVE, 0, 9999)) do
  size = size + redis.call('ZCARD', READY .. queue)
end
for _, batch in ipairs(redis.call('ZRANGE', INFLIGHT, 0, 9999)) do
  size = size + redis.call('ZCARD', BATCH .. batch)
end
return size
