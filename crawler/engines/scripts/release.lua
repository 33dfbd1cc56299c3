-- ARGV: worker, whether they are done ('1'), (group, token, milliseconds until another may have it)...
local now = milliseconds()
for i = 3, #ARGV, 3 do
  local group = ARGV[i]
  if redis.call('HGET', P .. 'holders', group) == ARGV[1] .. '|' .. ARGV[i + 1] then
    redis.call('HDEL', P .. 'holders', group)
    redis.call('HDEL', P .. 'held_since', group)
    redis.call('DEL', P .. 'flying:' .. group)
    if tonumber(ARGV[i + 2]) > 0 then
      redis.call('ZADD', P .. 'leases', now + tonumber(ARGV[i + 2]), group)
    else
      redis.call('ZREM', P .. 'leases', group)
    end
    if ARGV[2] == '1' then redis.call('HSET', P .. 'finished', group, now) end
  end
end
return 0
