-- entry, claim key, host, reason
end_turn(arg(3), arg(2), 0)
if lease_of("e", arg(1)) == arg(2) then
  drop_lease("e", arg(1))
  bury(arg(1), arg(4))
end
