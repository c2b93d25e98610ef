-- entry, claim key, host, due, reason
local entry, key, host, due, reason = arg(1), arg(2), arg(3), num(4), arg(5)
end_turn(host, key, 0)
if lease_of("e", entry) == key then
  drop_lease("e", entry)
  call("HINCRBY", K.attempts, entry, 1)
  call("HSET", K.reasons, entry, reason)
  call("HDEL", K.losses, entry)
  requeue("e", entry, due)
end
