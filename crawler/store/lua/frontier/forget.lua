-- entries -> how many were dropped, dead or not; their seen marks stay
local dropped = 0
for n = 1, #ARGV - 4 do
  local entry = arg(n)
  if call("ZREM", K.dead, entry) == 1 then
    forget(entry)
    dropped = dropped + 1
  elseif finish(entry) then
    dropped = dropped + 1
  end
end
return dropped
