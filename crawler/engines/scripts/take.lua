-- ARGV: worker, group, token, site, most rows, rows of the site in flight, keys that are settled but not committed...
-- Newest first; those that were in flight when a worker died come last and alone (scores below 0).
-- Returns {'lost'} or the keys, which are in flight now.
if redis.call('HGET', P .. 'holders', ARGV[2]) ~= ARGV[1] .. '|' .. ARGV[3] then return { 'lost' } end
local waiting, flying = P .. 'waiting:' .. ARGV[4], P .. 'flying:' .. ARGV[2]
local settled = {}
for i = 7, #ARGV do settled[ARGV[i]] = true end
local room, answer = tonumber(ARGV[5]), { 'taken' }
local span = room + redis.call('HLEN', flying) + #ARGV - 6
local rows = redis.call('ZREVRANGE', waiting, 0, span - 1, 'WITHSCORES')
for i = 1, #rows, 2 do
  local suspect = tonumber(rows[i + 1]) < 0
  if #answer > room or (suspect and (#answer > 1 or tonumber(ARGV[6]) > 0)) then break end
  if not settled[rows[i]] and redis.call('HEXISTS', flying, rows[i]) == 0 then
    redis.call('HSET', flying, rows[i], ARGV[4])
    answer[#answer + 1] = rows[i]
  end
end
return answer
