-- host, claim key, rest, day; then a row of the ledger for each host
if end_turn(arg(1), arg(2), num(3)) then
  note_answers(arg(4), 5, #ARGV - 4)
end
