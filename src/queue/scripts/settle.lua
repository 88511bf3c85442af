-- Ends the flight of taken ids.
-- ARGV[4]    the count d of ids that are done, then their in-flight members
-- ARGV[5+d]  members of the ids that go back to their place, unless they got a new one meanwhile; nobody is woken for them
-- O(ids * log n)
local first_gated = 5 + tonumber(ARGV[4])
for i = 5, first_gated - 1, 1000 do
  redis.call('ZREM', INFLIGHT, unpack(ARGV, i, math.min(i + 999, first_gated - 1)))
end
for i = first_gated, #ARGV do
  if redis.call('ZREM', INFLIGHT, ARGV[i]) == 1 then
    local score, id, queue = parse(ARGV[i])
    redis.call('ZADD', READY .. queue, 'NX', score, id)
    activate(queue)
  end
end
return redis.status_reply('OK')
