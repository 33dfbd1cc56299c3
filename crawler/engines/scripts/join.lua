-- ARGV: worker, milliseconds of its life without a sign, words and values about it...
-- The first of several workers begins a run that the others join. Returns its beginning and the time, in milliseconds,
-- or nothing where the worker's name is taken.
local now = milliseconds()
if redis.call('EXISTS', P .. 'worker:' .. ARGV[1]) == 1 then return {} end
redis.call('ZREMRANGEBYSCORE', P .. 'workers', '-inf', now)
if redis.call('ZCARD', P .. 'workers') == 0 then redis.call('SET', P .. 'begun', now) end
redis.call('ZADD', P .. 'workers', now + tonumber(ARGV[2]), ARGV[1])
redis.call('HSET', P .. 'worker:' .. ARGV[1], 'begun', now, 'applied', 0)
for i = 3, #ARGV, 2 do redis.call('HSET', P .. 'worker:' .. ARGV[1], ARGV[i], ARGV[i + 1]) end
redis.call('EXPIRE', P .. 'worker:' .. ARGV[1], 604800)
return { tonumber(redis.call('GET', P .. 'begun') or now), now }
