-- entry, claim key, host, feed, day
end_turn(arg(3), arg(2), 0)
if finish(arg(1)) then
  note_fate(arg(5), arg(4), "articles")
end
