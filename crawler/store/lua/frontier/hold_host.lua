-- host, until
local held = tonumber(call("HGET", K.host .. arg(1), "hold") or 0)
note_host(arg(1), "hold", math.max(held, num(2)))
