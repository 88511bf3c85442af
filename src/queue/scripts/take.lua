-- Takes ids in rotation over the queues and keeps them in flight until they are settled.
-- ARGV[4]    how many ids at most
-- ARGV[5]    the count e of excluded queues, then their names
-- ARGV[6+e]  '*', or the names of the queues to take from
-- Returns    per batch: its name, the list 'id,id,...'
-- O((limit + e) * log n), or O(names + limit * log n) for named queues: no matter how many queues are active
local limit, first = tonumber(ARGV[4]), 6 + tonumber(ARGV[5])
local excluded = {}
for i = 6, first - 1 do excluded[ARGV[i]] = true end

-- The queues whose turn it is, next first, as many as could be needed.
local function candidates()
  local found = {}
  if ARGV[first] == '*' then
    local window = redis.call('ZRANGE', ACTIVE, 0, limit + first - 7)
    for _, queue in ipairs(window) do
      if not excluded[queue] and #found < limit then found[#found + 1] = queue end
    end
    return found
  end
  local turns = {}
  for i = first, #ARGV do
    local turn = redis.call('ZSCORE', ACTIVE, ARGV[i])
    if turn and not excluded[ARGV[i]] then
      turns[ARGV[i]] = tonumber(turn)
      found[#found + 1] = ARGV[i]
    end
  end
  table.sort(found, function(a, b) return turns[a] < turns[b] end)
  return found
end

local now, left, result = now_ms(), limit, {}

-- Takes up to count ids of one queue; true when it may have more. The ids and their scores are moved without passing through Lua,
-- which would cost more than all the rest.
local function take(queue, count)
  local batch = redis.call('HINCRBY', KEYS[1], 'batches', 1) .. '|' .. queue
  local taken = redis.call('ZRANGESTORE', BATCH .. batch, READY .. queue, 0, count - 1)
  if taken == 0 then return false end
  redis.call('ZREMRANGEBYRANK', READY .. queue, 0, taken - 1)
  redis.call('ZADD', INFLIGHT, now, batch)
  result[#result + 1] = batch
  result[#result + 1] = table.concat(redis.call('ZRANGE', BATCH .. batch, 0, -1), ',')
  left = left - taken
  return taken == count
end

-- First an equal share for each, then what some of them left over.
local queues, rest, turn = candidates(), {}, next_turn()
for i, queue in ipairs(queues) do
  if left == 0 then break end
  if take(queue, math.ceil(left / (#queues - i + 1))) then rest[#rest + 1] = queue end
  if redis.call('EXISTS', READY .. queue) == 1 then
    redis.call('ZADD', ACTIVE, turn, queue)
    turn = turn + 1
  else
    redis.call('ZREM', ACTIVE, queue)
  end
end
for _, queue in ipairs(rest) do
  if left == 0 then break end
  if not take(queue, left) then redis.call('ZREM', ACTIVE, queue) end
end
return result
