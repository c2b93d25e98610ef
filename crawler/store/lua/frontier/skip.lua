-- entry, claim key, host, reason, day, how long the day's counts are kept, record, records kept,
-- feed, fate
local entry, key, host, reason, day = arg(1), arg(2), arg(3), arg(4), arg(5)
end_turn(host, key, 0)
if finish(entry) then
  call("HINCRBY", K.skips .. day, reason, 1)
  call("PEXPIRE", K.skips .. day, arg(6))
  call("LPUSH", K.skipped, arg(7))
  call("LTRIM", K.skipped, 0, num(8) - 1)
  note_fate(day, arg(9), arg(10))
end
