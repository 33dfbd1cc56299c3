-- ARGV: table, digests... Returns what the table has of each, in their order.
local answer = {}
for i = 2, #ARGV do answer[#answer + 1] = table_get(ARGV[1], ARGV[i]) end
return answer
