-- host, claim key
local slot, own = unpack(call("HMGET", K.host .. arg(1), "slot", "turn_slot"))
if drop_turn(arg(1), arg(2)) then
  note_host(arg(1), "slot", slot == own and now or slot)
end
