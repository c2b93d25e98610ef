-- host -> how long to wait
local host = arg(1)
local slot, hold = unpack(call("HMGET", K.host .. host, "slot", "hold"))
local at = math.max(now, tonumber(slot or 0), tonumber(hold or 0))
note_host(host, "slot", at + pause_of(host))
return at - now
