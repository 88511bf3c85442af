-- Adds those of a queue's first ids that are neither ready nor in flight here.
-- ARGV[4]    the queue
-- ARGV[5..]  score, id, score, id, ...
-- Returns    how many were missing
-- O(ids * log n + waiters)
local queue, added = ARGV[4], 0
for i = 5, #ARGV, 2 do
  local member = ARGV[i] .. '|' .. ARGV[i + 1] .. '|' .. queue
  if not redis.call('ZSCORE', INFLIGHT, member) then
    added = added + redis.call('ZADD', READY .. queue, 'NX', ARGV[i], ARGV[i + 1])
  end
end
if added > 0 then
  activate(queue)
  wake({ queue })
end
return added
