-- feeds, or none for all -> how many feeds are due now
local hosts, due = {}, 0

local function hasten(feed)
  local at = math.min(now, tonumber(call("HGET", K.schedule, feed)))
  local host = host_in(record_of("f", feed))
  call("HSET", K.schedule, feed, at)
  enqueue("f", feed, host, at)
  hosts[host] = true
  due = due + 1
end

local chosen = { unpack(ARGV, 5) }
if chosen[1] == "*" then
  chosen = call("HKEYS", K.feeds)
end
for _, feed in ipairs(chosen) do
  local known = record_of("f", feed)
  if known and scheduled(feed) and not call("ZSCORE", K.leased_f, feed) then
    hasten(feed)
  end
end
for host in pairs(hosts) do
  settle(host)
end
return due
