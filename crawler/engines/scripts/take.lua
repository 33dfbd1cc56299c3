-- ARGV: worker, number of the call, group, token, site, most rows, keys that are settled but not committed...
-- Newest first; those that were in flight when a worker died come last and alone (scores below 0).
-- Returns {'lost'}, or how many of the site were in flight before and the keys, which are in flight now. A call whose
-- answer was lost is repeated, and known by its number.
local worker, number, site = ARGV[1], ARGV[2], ARGV[5]
if redis.call('HGET', P .. 'holders', ARGV[3]) ~= worker .. '|' .. ARGV[4] then return { 'lost' } end
local waiting, flying = P .. 'waiting:' .. site, P .. 'flying:' .. ARGV[3]
local mark, answer, before, busy = number .. ' ' .. site, { 0 }, 0, {}
local all = redis.call('HGETALL', flying)
for i = 1, #all, 2 do
  busy[all[i]] = true
  if all[i + 1] == mark then
    answer[#answer + 1] = all[i]
  elseif string.match(all[i + 1], '^%d+ (.*)$') == site then
    before = before + 1
  end
end
answer[1] = before
if #answer > 1 then return answer end
for i = 7, #ARGV do busy[ARGV[i]] = true end
local room = tonumber(ARGV[6])
local rows = redis.call('ZREVRANGE', waiting, 0, room + #all / 2 + #ARGV - 7, 'WITHSCORES')
for i = 1, #rows, 2 do
  local suspect = tonumber(rows[i + 1]) < 0
  if #answer > room or (suspect and (#answer > 1 or before > 0)) then break end
  if not busy[rows[i]] then
    redis.call('HSET', flying, rows[i], mark)
    answer[#answer + 1] = rows[i]
  end
end
return answer
