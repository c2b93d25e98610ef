-- feed, paused (1 or 0) -> 1 when there is such a feed
local feed = arg(1)
local record = record_of("f", feed)
if not record then
  return 0
end
call(arg(2) == "1" and "SADD" or "SREM", K.paused, feed)
dequeue("f", feed, host_in(record))
settle(host_in(record))
if not call("ZSCORE", K.leased_f, feed) then
  requeue("f", feed, call("HGET", K.schedule, feed))
end
return 1
