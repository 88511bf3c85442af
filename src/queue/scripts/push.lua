-- Adds ready ids and wakes the orchestrators that wait.
-- ARGV[4..]  per queue: its name, the count n of its ids (at most 1,000), then n times score, id
-- Returns    how many ids were new
-- O(ids * log n + queues + waiters)
local added, queues, i = 0, {}, 4
while ARGV[i] do
  local queue, count = ARGV[i], tonumber(ARGV[i + 1])
  local last = i + 1 + 2 * count
  added = added + redis.call('ZADD', READY .. queue, unpack(ARGV, i + 2, last))
  activate(queue)
  queues[#queues + 1] = queue
  i = last + 1
end
wake(queues)
return added
