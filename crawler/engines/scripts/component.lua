-- ARGV: record, most records. Returns the records that are linked with it, over others too, as {record, partners}...
local waiting, seen, answer = { ARGV[1] }, { [ARGV[1]] = true }, {}
local at = 1
while at <= #waiting and at <= tonumber(ARGV[2]) do
  local partners = redis.call('HKEYS', P .. 'near:' .. waiting[at])
  answer[#answer + 1] = { waiting[at], partners }
  for _, name in ipairs(partners) do
    if not seen[name] then
      seen[name] = true
      waiting[#waiting + 1] = name
    end
  end
  at = at + 1
end
return answer
