-- One worker of all is told that a record is new. ARGV: worker, milliseconds, record's digest, packed id,
-- text's digest or '', whether the id is written already and another version of it is claimed ('1').
-- Returns the packed id of the record in its way, or nothing: then the claim holds for so long.
-- A claim of the same record by another worker is stale: the record's site is ours now. So is any of a dead worker.
local mine = ARGV[1] .. '|' .. ARGV[4]
local function claimed_by_another(key)
  local claim = redis.call('GET', key)
  if not claim then return nil end
  local bar = string.find(claim, '|', 1, true)
  local worker, record = string.sub(claim, 1, bar - 1), string.sub(claim, bar + 1)
  local alive = tonumber(redis.call('ZSCORE', P .. 'workers', worker) or 0) > milliseconds()
  if record == ARGV[4] or not alive then return nil end
  return record
end

local id_claim = P .. 'claim:id:' .. ARGV[3]
if ARGV[6] ~= '1' and table_get('records', ARGV[3]) then return ARGV[4] end
if ARGV[5] ~= '' then
  local text_claim = P .. 'claim:text:' .. ARGV[5]
  local holder = claimed_by_another(text_claim) or table_get('texts', ARGV[5])
  -- An earlier text of the record itself is none in its way: another version has it, or it was forgotten.
  local is_own = holder == ARGV[4] and (ARGV[6] == '1' or not table_get('records', ARGV[3]))
  if holder and not is_own then return holder end
  redis.call('SET', text_claim, mine, 'PX', ARGV[2])
end
redis.call('SET', id_claim, mine, 'PX', ARGV[2])
return false
