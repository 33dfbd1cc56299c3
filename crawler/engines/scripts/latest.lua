-- ARGV: digest, tables... Returns what the first table that has the digest says of it.
for i = 2, #ARGV do
  local known = table_get(ARGV[i], ARGV[1])
  if known then return known end
end
return false
