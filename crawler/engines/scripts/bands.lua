-- Signatures and bands of documents, which are numbered by weeks.
local BLOCK = 63             -- signatures a string, which is then little below a size that the allocator has
local GENERATION = 16777216  -- documents that three bytes tell apart

-- Bands stand in tables by linear hashing too, but packed: a bucket is a small hash of cells, a cell some entries side by
-- side, an entry three bytes of the band's digest and three of the document's number. Of a digest of five bytes the first
-- four say where it stands, as in any table. A table begins with 256 buckets, so that a bucket says the fourth byte of
-- all that is in it; the first three are in the entry, the fifth says the cell.
local FIRST_BUCKETS, CELLS = 256, 128
local CELL_FILL = 6          -- entries a cell on average
local ENTRY, CELL_BYTES = 6, 60  -- bytes; below hash-max-listpack-value (64). What has no room is in the cell + 128.

local function band_table(week, generation) return 'bands:' .. week .. ':' .. generation end

local function band_buckets(name)
  local buckets = redis.call('HGET', P .. name .. ':size', 'buckets')
  return buckets and tonumber(buckets)
end

local function each_band_document(name, buckets, digest, visit)
  local key, first = P .. name .. ':' .. bucket_of(digest, buckets), string.sub(digest, 1, 3)
  local cell = string.byte(digest, 5) % CELLS
  local known
  repeat
    known = redis.call('HGET', key, cell) or ''
    for at = 1, #known, ENTRY do
      if string.sub(known, at, at + 2) == first then visit((struct.unpack('>I3', known, at + 3))) end
    end
    cell = cell + CELLS
  until #known < CELL_BYTES
end

local function split_bands(name, buckets, expires)
  local level = level_of(buckets)
  local old, new = P .. name .. ':' .. (buckets - level), P .. name .. ':' .. buckets
  local last = string.char((buckets - level) % 256)
  local all, moved = redis.call('HGETALL', old), { [old] = {}, [new] = {} }
  for i = 1, #all, 2 do
    local cell, entries = tonumber(all[i]) % CELLS, all[i + 1]
    for at = 1, #entries, ENTRY do
      local is_moved = bucket_of(string.sub(entries, at, at + 2) .. last, buckets + 1) == buckets
      local cells = moved[is_moved and new or old]
      cells[cell] = (cells[cell] or '') .. string.sub(entries, at, at + ENTRY - 1)
    end
  end
  redis.call('HSET', P .. name .. ':size', 'buckets', buckets + 1)
  redis.call('DEL', old)
  for key, cells in pairs(moved) do
    for cell, entries in pairs(cells) do
      for at = 1, #entries, CELL_BYTES do
        redis.call('HSET', key, cell + CELLS * (at - 1) / CELL_BYTES, string.sub(entries, at, at + CELL_BYTES - 1))
      end
    end
    redis.call('EXPIREAT', key, expires)
  end
end

local function put_band(name, buckets, digest, packed, expires)
  local key, first = P .. name .. ':' .. bucket_of(digest, buckets), string.sub(digest, 1, 3)
  local cell, same = string.byte(digest, 5) % CELLS, 0
  while true do
    local known = redis.call('HGET', key, cell) or ''
    for at = 1, #known, ENTRY do
      if string.sub(known, at, at + 2) == first then same = same + 1 end
    end
    if same >= SHARE then return 0 end
    if #known < CELL_BYTES then
      local is_new = redis.call('HSET', key, cell, known .. first .. packed) == 1
      if is_new and redis.call('HLEN', key) == 1 then redis.call('EXPIREAT', key, expires) end
      return 1
    end
    cell = cell + CELLS
  end
end

-- Add a document's bands, ARGV-like in `words` from `begin` on.
local function put_bands(week, document, words, begin, expires)
  local name = band_table(week, math.floor(document / GENERATION))
  local buckets, packed, added = band_buckets(name) or FIRST_BUCKETS, struct.pack('>I3', document % GENERATION), 0
  for i = begin, #words do added = added + put_band(name, buckets, words[i], packed, expires) end
  local entries = redis.call('HINCRBY', P .. name .. ':size', 'entries', added)
  if redis.call('HSETNX', P .. name .. ':size', 'buckets', buckets) == 1 then
    redis.call('EXPIREAT', P .. name .. ':size', expires)
  end
  while entries > buckets * CELLS * CELL_FILL do
    split_bands(name, buckets, expires)
    buckets = buckets + 1
  end
end

-- Signatures stand side by side in strings; a first byte of 0 marks one that is forgotten.
local function signature_place(week, document, size)
  return P .. 'signatures:' .. week .. ':' .. math.floor(document / BLOCK), (document % BLOCK) * size
end

local function each_document(packed, visit)
  for at = 1, #packed, 4 do visit((struct.unpack('>I4', packed, at))) end
end

local function forget_document(digest, size, first, last)
  for week = first, last do
    local known = table_get('documents:' .. week, digest)
    if known then
      local key, at = signature_place(week, struct.unpack('>I4', known), size)
      redis.call('SETRANGE', key, at, '\0')
      table_del('documents:' .. week, digest)
    end
  end
end

local function append_document(name, digest, packed, expires)
  local known = table_get(name, digest) or ''
  if #known < SHARE * 4 then table_put(name, digest, known .. packed, expires) end
end
