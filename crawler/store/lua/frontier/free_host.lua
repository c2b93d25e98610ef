-- host, claim key, rest
end_turn(arg(1), arg(2), num(3))
