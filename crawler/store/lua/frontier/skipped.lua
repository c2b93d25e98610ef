-- days -> reason and count, summed over the days
local counts, answer = {}, {}
for n = 1, #ARGV - 4 do
  local day = call("HGETALL", K.skips .. arg(n))
  for i = 1, #day, 2 do
    counts[day[i]] = (counts[day[i]] or 0) + tonumber(day[i + 1])
  end
end
for reason, count in pairs(counts) do
  answer[#answer + 1] = { reason, count }
end
return answer
