-- All or nothing: the worker must hold every site's lease (fencing tokens), and each number is applied once. One that was
-- applied, and whose answer was lost, was applied, whoever holds the sites by now.
-- ARGV: worker, number, leases, (group, token)..., then commands, each as its length and its words.
-- Returns the groups whose lease is lost; then nothing was done.
local worker, number = ARGV[1], tonumber(ARGV[2])
if number <= tonumber(redis.call('HGET', P .. 'worker:' .. worker, 'applied') or 0) then return {} end
local at = 4
local lost = {}
for _ = 1, tonumber(ARGV[3]) do
  if redis.call('HGET', P .. 'holders', ARGV[at]) ~= worker .. '|' .. ARGV[at + 1] then lost[#lost + 1] = ARGV[at] end
  at = at + 2
end
if #lost > 0 then return lost end

local verbs = {}
verbs['@put'] = function(a) table_put(a[2], a[3], a[4], a[5]) end
verbs['@del'] = function(a) table_del(a[2], a[3]) end
-- table, digest, value: only where it says that
verbs['@del_if'] = function(a)
  if table_get(a[2], a[3]) == a[4] then table_del(a[2], a[3]) end
end
verbs['@unclaim'] = function(a)
  if redis.call('GET', a[2]) == a[3] then redis.call('DEL', a[2]) end
end
-- record digest, first week, last week, week, expires, signature, declared digest or '', bands...
verbs['@document'] = function(a)
  local digest, week, expires, signature = a[2], a[5], a[6], a[7]
  forget_document(digest, #signature, tonumber(a[3]), tonumber(a[4]))
  local document = redis.call('INCR', P .. 'documents:' .. week .. ':count') - 1
  redis.call('EXPIREAT', P .. 'documents:' .. week .. ':count', expires)
  local key, place = signature_place(week, document, #signature)
  if redis.call('EXISTS', key) == 0 then
    redis.call('SET', key, string.rep('\0', BLOCK * #signature))
    redis.call('EXPIREAT', key, expires)
  end
  redis.call('SETRANGE', key, place, signature)
  local packed = struct.pack('>I4', document)
  table_put('documents:' .. week, digest, packed, expires)
  if a[8] ~= '' then append_document('declaring:' .. week, a[8], packed, expires) end
  put_bands(week, document, a, 9, expires)
end
-- record digest, first week, last week, size of a signature
verbs['@forget'] = function(a) forget_document(a[2], tonumber(a[5]), tonumber(a[3]), tonumber(a[4])) end
verbs['@unpair'] = function(a)
  for _, other in ipairs(redis.call('HKEYS', P .. 'near:' .. a[2])) do
    redis.call('HDEL', P .. 'near:' .. other, a[2])
  end
  redis.call('DEL', P .. 'near:' .. a[2])
end

while at <= #ARGV do
  local length = tonumber(ARGV[at])
  local words = {}
  for i = 1, length do words[i] = ARGV[at + i] end
  local verb = verbs[words[1]]
  if verb then verb(words) else redis.call(unpack(words)) end
  at = at + length + 1
end
redis.call('HSET', P .. 'worker:' .. worker, 'applied', number)
return {}
