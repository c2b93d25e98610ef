-- how many days, the days; then hosts, or none for all -> host and row, for each day
local days, rows = num(1), {}
for n = 2, days + 1 do
  local ledger = K.ledger .. arg(n)
  if #ARGV - 4 == days + 1 then
    local all = call("HGETALL", ledger)
    for i = 1, #all, 2 do
      rows[#rows + 1] = { all[i], all[i + 1] }
    end
  else
    for i = days + 2, #ARGV - 4 do
      rows[#rows + 1] = { arg(i), call("HGET", ledger, arg(i)) or "0 0 0 0 0 0" }
    end
  end
end
return rows
