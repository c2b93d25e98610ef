-- state, limit -> of each entry, newest first: record, attempts, reason, the state's instant
local places = { waiting = K.due_e, leased = K.leased_e, dead = K.dead }
local entries = {}
local found = call("ZRANGE", places[arg(1)], 0, num(2) - 1, "REV", "WITHSCORES")
for n = 1, #found, 2 do
  local id = found[n]
  entries[#entries + 1] = {
    record_of("e", id),
    tonumber(call("HGET", K.attempts, id) or 0),
    call("HGET", K.reasons, id) or "",
    found[n + 1],
  }
end
return entries
