-- ARGV: first week, last week, size of a signature, most of them, bands...
-- Returns week and signature of the documents that share a band, those of most bands in common first.
local size = tonumber(ARGV[3])
local shared, found = {}, {}
for week = tonumber(ARGV[1]), tonumber(ARGV[2]) do
  local generation = 0
  local buckets = band_buckets(band_table(week, generation))
  while buckets do
    for i = 5, #ARGV do
      each_band_document(band_table(week, generation), buckets, ARGV[i], function(number)
        local document = generation * GENERATION + number
        local name = week .. ':' .. document
        if not shared[name] then
          shared[name] = { 0, week, document }
          found[#found + 1] = shared[name]
        end
        shared[name][1] = shared[name][1] + 1
      end)
    end
    generation = generation + 1
    buckets = band_buckets(band_table(week, generation))
  end
end
table.sort(found, function(a, b)
  if a[1] ~= b[1] then return a[1] > b[1] end
  if a[2] ~= b[2] then return a[2] < b[2] end
  return a[3] < b[3]
end)
local answer = {}
for _, entry in ipairs(found) do
  if #answer >= 2 * tonumber(ARGV[4]) then break end
  local key, at = signature_place(entry[2], entry[3], size)
  local signature = redis.call('GETRANGE', key, at, at + size - 1)
  if signature ~= '' and string.byte(signature) ~= 0 then
    answer[#answer + 1] = entry[2]
    answer[#answer + 1] = signature
  end
end
return answer
