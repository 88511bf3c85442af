-- Takes ids in rotation over the queues and keeps them in flight until they are settled.
-- ARGV[4]    how many ids at most
-- ARGV[5]    the count e of excluded queues, then their names
-- ARGV[6+e]  '*', or the names of the queues to take from
-- Returns    per queue that gave ids: its name, { id, score, id, score, ... }
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

local now, left, result, inflight = now_ms(), limit, {}, {}

local function keep_inflight(least)
  if #inflight > least then
    redis.call('ZADD', INFLIGHT, unpack(inflight))
    inflight = {}
  end
end

-- Takes up to count ids of one queue; true when it may have more.
local function take(queue, count)
  local popped = redis.call('ZPOPMIN', READY .. queue, count)
  for i = 1, #popped, 2 do
    inflight[#inflight + 1] = now
    inflight[#inflight + 1] = popped[i + 1] .. '|' .. popped[i] .. '|' .. queue
    keep_inflight(2000)
  end
  if #popped > 0 then
    result[#result + 1] = queue
    result[#result + 1] = popped
    left = left - #popped / 2
  end
  return #popped == 2 * count
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
keep_inflight(0)
return result
