-- ARGV: worker, milliseconds of a lease, most to take, moment of the run's beginning, groups that it holds,
-- groups of sites...
-- A group is free when nobody holds it, or its holder has given no sign for the time of a lease. One that this worker
-- holds and asks for was leased to it by an answer that was lost.
-- Returns {group, token, ...} taken, its share at most, and groups that are done; where none is free it is noted that
-- it wants one.
local worker, now = ARGV[1], milliseconds()
local function free_from(group)
  local holder = redis.call('HGET', P .. 'holders', group)
  if holder and string.sub(holder, 1, #worker + 1) == worker .. '|' then return 0 end
  return tonumber(redis.call('ZSCORE', P .. 'leases', group) or 0)
end
local taken, done, held = {}, {}, 0
local workers = math.max(1, redis.call('ZCOUNT', P .. 'workers', now, '+inf'))
local mine, free = tonumber(ARGV[5]), 0
for i = 6, #ARGV do
  local finished = tonumber(redis.call('HGET', P .. 'finished', ARGV[i]) or -1)
  if finished < tonumber(ARGV[4]) and free_from(ARGV[i]) <= now then free = free + 1 end
end
local share = math.ceil((free + redis.call('HLEN', P .. 'holders')) / workers)
local room = math.min(tonumber(ARGV[3]), math.max(1, share - mine))
for i = 6, #ARGV do
  local group = ARGV[i]
  local finished = tonumber(redis.call('HGET', P .. 'finished', group) or -1)
  if finished >= tonumber(ARGV[4]) and not redis.call('HGET', P .. 'holders', group) then
    done[#done + 1] = group
  elseif free_from(group) > now then
    held = held + 1
  elseif #taken < 2 * room then
    if redis.call('HGET', P .. 'holders', group) then
      -- Its holder died, or lost its network: whatever it had in flight may have been the reason.
      local flying = redis.call('HGETALL', P .. 'flying:' .. group)
      for j = 1, #flying, 2 do
        local waiting = P .. 'waiting:' .. string.match(flying[j + 1], '^%d+ (.*)$')
        local score = tonumber(redis.call('ZSCORE', waiting, flying[j]) or 'nan')
        if score == score then redis.call('ZADD', waiting, score < 0 and score - 1 or -1, flying[j]) end
      end
      redis.call('DEL', P .. 'flying:' .. group)
    end
    local token = redis.call('INCR', P .. 'token')
    redis.call('HSET', P .. 'holders', group, worker .. '|' .. token)
    redis.call('HSET', P .. 'held_since', group, now)
    redis.call('ZADD', P .. 'leases', now + tonumber(ARGV[2]), group)
    taken[#taken + 1] = group
    taken[#taken + 1] = tostring(token)
  else
    held = held + 1
  end
end
if #taken > 0 then
  redis.call('SREM', P .. 'wanting', worker)
elseif held > 0 then
  redis.call('SADD', P .. 'wanting', worker)
end
return { taken, done }
