-- worker -> how many leases it lost
local lost = 0
for _, work in ipairs(call("HKEYS", K.leases)) do
  local kind, id = string.sub(work, 1, 1), string.sub(work, 3)
  local _, _, worker = lease_of(kind, id)
  if worker == arg(1) then
    lose(kind, id)
    lost = lost + 1
  end
end
return lost
