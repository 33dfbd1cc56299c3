-- ARGV: worker, milliseconds of its life without a sign, layout of the keys, words and values about it...
-- The first of several workers begins a run that the others join. Returns its beginning and the time, in milliseconds;
-- nothing where the worker's name is taken, the layout alone where that is another one.
local now = milliseconds()
local layout = redis.call('GET', P .. 'layout') or (redis.call('EXISTS', P .. 'sites') == 1 and '1')
if layout and layout ~= ARGV[3] then return { tonumber(layout) } end
local known = P .. 'worker:' .. ARGV[1]
if redis.call('EXISTS', known) == 1 then
  for i = 4, #ARGV, 2 do
    if redis.call('HGET', known, ARGV[i]) ~= ARGV[i + 1] then return {} end
  end
  -- Joined already, by a call whose answer was lost.
  return { tonumber(redis.call('GET', P .. 'begun')), tonumber(redis.call('HGET', known, 'begun')) }
end
redis.call('SET', P .. 'layout', ARGV[3])
redis.call('ZREMRANGEBYSCORE', P .. 'workers', '-inf', now)
if redis.call('ZCARD', P .. 'workers') == 0 then redis.call('SET', P .. 'begun', now) end
redis.call('ZADD', P .. 'workers', now + tonumber(ARGV[2]), ARGV[1])
redis.call('HSET', known, 'begun', now, 'applied', 0)
for i = 4, #ARGV, 2 do redis.call('HSET', known, ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', known, 604800)
return { tonumber(redis.call('GET', P .. 'begun') or now), now }
