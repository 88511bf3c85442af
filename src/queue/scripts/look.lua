-- Which generation is in use.
-- KEYS     generation
-- Returns  { id, built } when there is one that was made on this very Redis process, else nil.
--          After a restart or a failover ids may be missing that were there before: that generation is void.
-- O(1)
local id, built, server = unpack(redis.call('HMGET', KEYS[1], 'id', 'built', 'server'))
if not id or server ~= string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') then return false end
return { id, built }
