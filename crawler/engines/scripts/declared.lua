-- ARGV: first week, last week, size of a signature, record's digest, digest of the page that it declares or ''.
-- Returns week and signature of that page's record, and of those that declare this one.
local size = tonumber(ARGV[3])
local answer = {}
local function add(week, document)
  local key, at = signature_place(week, document, size)
  local signature = redis.call('GETRANGE', key, at, at + size - 1)
  if signature ~= '' and string.byte(signature) ~= 0 then
    answer[#answer + 1] = week
    answer[#answer + 1] = signature
  end
end
for week = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local named = ARGV[5] ~= '' and table_get('documents:' .. week, ARGV[5])
  if named then add(week, struct.unpack('>I4', named)) end
  each_document(table_get('declaring:' .. week, ARGV[4]) or '', function(document) add(week, document) end)
end
return answer
