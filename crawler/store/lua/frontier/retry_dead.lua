-- entries, or none for the oldest dead letters -> how many were put back
local function revive(entry)
  if call("ZREM", K.dead, entry) == 0 then
    return 0
  end
  for _, facts in ipairs({ K.attempts, K.reasons, K.losses }) do
    call("HDEL", facts, entry)
  end
  requeue("e", entry, now)
  return 1
end

local chosen = { unpack(ARGV, 5) }
if not chosen[1] then
  chosen = call("ZRANGE", K.dead, 0, CHUNK - 1)
end
local revived = 0
for _, entry in ipairs(chosen) do
  revived = revived + revive(entry)
end
return revived
