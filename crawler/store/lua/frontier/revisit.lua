-- entry, record, the record it is listed with as skipped; three of each -> how many are queued
local queued = 0
for n = 1, #ARGV - 4, 3 do
  local entry = arg(n)
  call("LREM", K.skipped, 1, arg(n + 2))
  if call("HEXISTS", K.entries, entry) == 0 then
    call("HSET", K.entries, entry, arg(n + 1))
    requeue("e", entry, now)
    queued = queued + 1
  end
end
return queued
