-- id, enabled (1 or 0), address and record of each feed -> how many were new

-- The record under the host that the feed moved to, whenever its own address is what it was then.
local function as_moved(id, address, record)
  local own, host = string.match(call("HGET", K.moved, id) or "", "^(%S+) (%S+)$")
  if own == address then
    return host .. string.match(record, " .*$")
  end
  return record
end

local function place(id, enabled, address, given)
  local record = as_moved(id, address, given)
  local known = record_of("f", id)
  if known == record then
    return 0
  end
  if known then
    dequeue("f", id, host_in(known))
    settle(host_in(known))
  else
    call("HSET", K.schedule, id, now)
  end
  call("HSET", K.feeds, id, record)
  call(enabled == "1" and "SREM" or "SADD", K.disabled, id)
  if not call("ZSCORE", K.leased_f, id) then
    requeue("f", id, call("HGET", K.schedule, id))
  end
  return known and 0 or 1
end

local new = 0
for n = 1, #ARGV - 4, 4 do
  new = new + place(arg(n), arg(n + 1), arg(n + 2), arg(n + 3))
end
return new
