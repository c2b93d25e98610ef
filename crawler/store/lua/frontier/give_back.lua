-- kind, id, claim key, host
local kind, id, key, host = arg(1), arg(2), arg(3), arg(4)
local holder, due = lease_of(kind, id)
end_turn(host, key, 0)
if holder == key then
  drop_lease(kind, id)
  requeue(kind, id, due)
end
