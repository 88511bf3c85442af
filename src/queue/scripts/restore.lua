-- Puts back ids that were taken long ago and never settled: whoever took them died before the claim.
-- ARGV[4]  after how many ms
-- ARGV[5]  how many ids at most
-- Returns  how many were put back
-- O(ids * log n + waiters)
local overdue = redis.call('ZRANGE', INFLIGHT, '-inf', now_ms() - ARGV[4], 'BYSCORE', 'LIMIT', 0, ARGV[5])
local queues, is_known = {}, {}
for _, member in ipairs(overdue) do
  local score, id, queue = parse(member)
  redis.call('ZREM', INFLIGHT, member)
  redis.call('ZADD', READY .. queue, 'NX', score, id)
  if not is_known[queue] then
    is_known[queue] = true
    queues[#queues + 1] = queue
    activate(queue)
  end
end
wake(queues)
return #overdue
