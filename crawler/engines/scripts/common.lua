-- KEYS[1]: the namespace with its colon, before every key. All scripts begin with this text.
local P = KEYS[1]
local FILL = 200    -- entries a bucket on average; twice that and chance stay below hash-max-listpack-entries (512)
local SHARE = 15    -- documents that are kept of one band, or that declare one page: 60 bytes, below hash-max-listpack-value
                    -- (64)

local function milliseconds()
  local t = redis.call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- Tables by linear hashing (Litwin 1980): small hashes, which Redis keeps as listpacks, one more at a time as they fill.
-- A digest's first four bytes say where it stands.
local function level_of(buckets)
  local level = 1
  while level * 2 <= buckets do level = level * 2 end
  return level
end

local function bucket_of(digest, buckets)
  local level, number = level_of(buckets), struct.unpack('>I4', digest)
  local place = number % (level * 2)
  if place >= buckets then place = number % level end
  return place
end

local function buckets_of(name)
  return tonumber(redis.call('HGET', P .. name .. ':size', 'buckets') or 1)
end

local function table_get(name, digest)
  return redis.call('HGET', P .. name .. ':' .. bucket_of(digest, buckets_of(name)), digest)
end

local function split(name, buckets, expires)
  local old, new = P .. name .. ':' .. (buckets - level_of(buckets)), P .. name .. ':' .. buckets
  redis.call('HSET', P .. name .. ':size', 'buckets', buckets + 1)
  local all = redis.call('HGETALL', old)
  for i = 1, #all, 2 do
    if bucket_of(all[i], buckets + 1) == buckets then
      redis.call('HSET', new, all[i], all[i + 1])
      redis.call('HDEL', old, all[i])
    end
  end
  if expires then redis.call('EXPIREAT', new, expires) end
end

local function table_put(name, digest, value, expires)
  local buckets = buckets_of(name)
  local key = P .. name .. ':' .. bucket_of(digest, buckets)
  if redis.call('HSET', key, digest, value) == 1 then
    local entries = redis.call('HINCRBY', P .. name .. ':size', 'entries', 1)
    if expires and redis.call('HLEN', key) == 1 then redis.call('EXPIREAT', key, expires) end
    if expires and entries == 1 then redis.call('EXPIREAT', P .. name .. ':size', expires) end
    if entries > buckets * FILL then split(name, buckets, expires) end
  end
end

local function table_del(name, digest)
  if redis.call('HDEL', P .. name .. ':' .. bucket_of(digest, buckets_of(name)), digest) == 1 then
    redis.call('HINCRBY', P .. name .. ':size', 'entries', -1)
  end
end
