-- Adds ready ids and wakes the orchestrators that wait.
-- ARGV[4..]  per queue: its name, the list 'score,id,score,id,...' of at most 1,000 ids
-- Returns    how many ids were new
-- O(ids * log n + queues + waiters)
local added, queues = 0, {}
for i = 4, #ARGV, 2 do
  local queue = ARGV[i]
  added = added + redis.call('ZADD', READY .. queue, unpack(items(ARGV[i + 1])))
  activate(queue)
  queues[#queues + 1] = queue
end
wake(queues)
return added
