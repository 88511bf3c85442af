-- The start of every script that works on one generation.
-- KEYS  generation, active, inflight, waiters
-- ARGV  generation id, prefix of ready keys, prefix of wake keys, then the script's own from ARGV[4]
-- Ready and wake keys are made of their prefix and a name; all keys share one hash tag, hence one slot.
-- What one take got of one queue is a batch, named '<number>|<queue>': a sorted set of its own, in flight until it lands.
local ACTIVE, INFLIGHT, WAITERS = KEYS[2], KEYS[3], KEYS[4]
local READY, WAKE, BATCH = ARGV[2], ARGV[3], INFLIGHT .. ':'
local MAX_NAMES_TO_WAKE = 50
local WAKE_KEY_MS = 60000

-- Redis was flushed, or another orchestrator began a new generation: nothing may be written to the old one.
if redis.call('HGET', KEYS[1], 'id') ~= ARGV[1] then
  return redis.error_reply('STALE generation')
end

-- A list is one argument, or one answer, parted by commas: as so many of their own, they would cost both sides more than all the rest.
local function items(list)
  local found = {}
  for item in string.gmatch(list, '[^,]+') do found[#found + 1] = item end
  return found
end

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The turn after the last of the rotation.
local function next_turn()
  local last = redis.call('ZRANGE', ACTIVE, -1, -1, 'WITHSCORES')
  return tonumber(last[2] or 0) + 1
end

-- A queue that has ids again joins the end of the rotation; one that is in it keeps its turn.
local function activate(queue)
  redis.call('ZADD', ACTIVE, 'NX', next_turn(), queue)
end

-- Tells each orchestrator with parked polls, in a key of its own, which queues have new ids ('*': too many to name).
-- While the generation is being built nothing is taken from it, so there is nothing to wake up for.
local function wake(queues)
  if #queues == 0 or not redis.call('HGET', KEYS[1], 'built') then return end
  local waiters = redis.call('ZRANGE', WAITERS, now_ms(), '+inf', 'BYSCORE')
  local names = {}
  for i = 1, #queues do
    names[2 * i - 1] = 0
    names[2 * i] = queues[i]
  end
  if #queues > MAX_NAMES_TO_WAKE then names = { 0, '*' } end
  for _, waiter in ipairs(waiters) do
    redis.call('ZADD', WAKE .. waiter, unpack(names))
    redis.call('PEXPIRE', WAKE .. waiter, WAKE_KEY_MS)
  end
end

local function queue_of(batch)
  return string.match(batch, '^%d+|(.*)$')
end

-- Whatever was in flight with this batch is no more.
local function land(batch)
  redis.call('UNLINK', BATCH .. batch)
  redis.call('ZREM', INFLIGHT, batch)
end
