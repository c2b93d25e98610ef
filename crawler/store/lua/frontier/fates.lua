-- days -> feed and fate, and how often, for each day
local rows = {}
for n = 1, #ARGV - 4 do
  local day = call("HGETALL", K.fates .. arg(n))
  for i = 1, #day, 2 do
    rows[#rows + 1] = { day[i], tonumber(day[i + 1]) }
  end
end
return rows
