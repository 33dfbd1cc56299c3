-- ARGV: worker, milliseconds of a lease, groups held, (group, token, milliseconds)...
-- Returns the groups that are lost, then how many are to be given to workers that have less than their share.
local worker, now = ARGV[1], milliseconds()
local lost = {}
redis.call('ZADD', P .. 'workers', now + tonumber(ARGV[2]), worker)
redis.call('EXPIRE', P .. 'worker:' .. worker, 604800)
for i = 3, #ARGV, 3 do
  if redis.call('HGET', P .. 'holders', ARGV[i]) == worker .. '|' .. ARGV[i + 1] then
    redis.call('ZADD', P .. 'leases', now + math.max(tonumber(ARGV[2]), tonumber(ARGV[i + 2])), ARGV[i])
  else
    lost[#lost + 1] = ARGV[i]
  end
end
local mine = (#ARGV - 2) / 3 - #lost
local give = 0
if redis.call('SCARD', P .. 'wanting') > 0 then
  for _, name in ipairs(redis.call('SMEMBERS', P .. 'wanting')) do
    local alive = tonumber(redis.call('ZSCORE', P .. 'workers', name) or 0) > now
    if not alive or name == worker then redis.call('SREM', P .. 'wanting', name) end
  end
  local workers = redis.call('ZCOUNT', P .. 'workers', now, '+inf')
  local excess = mine - math.ceil(redis.call('HLEN', P .. 'holders') / workers)
  if excess > 0 and redis.call('SPOP', P .. 'wanting') then give = excess end
end
return { lost, give }
