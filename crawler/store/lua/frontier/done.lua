-- entry, claim key, host
end_turn(arg(3), arg(2), 0)
finish(arg(1))
