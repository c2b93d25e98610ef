-- -> of each feed: record, due time, state (or ""), 1 when paused
local feeds = {}
for _, id in ipairs(call("HKEYS", K.feeds)) do
  feeds[#feeds + 1] = {
    record_of("f", id),
    call("HGET", K.schedule, id),
    call("HGET", K.polls, id) or "",
    call("SISMEMBER", K.paused, id),
  }
end
return feeds
