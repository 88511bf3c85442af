-- Returns  how many ids are ready or in flight, in at most 10,000 queues
-- O(queues)
local size = redis.call('ZCARD', INFLIGHT)
for _, queue in ipairs(redis.call('ZRANGE', ACTIVE, 0, 9999)) do
  size = size + redis.call('ZCARD', READY .. queue)
end
return size
