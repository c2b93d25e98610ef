-- feed, claim key, host; state and next poll with an unseen entry; the same with none; seen
-- cutoff; then id, host and JSON of each entry -> how many were unseen
local feed, key, host, seen_since = arg(1), arg(2), arg(3), num(8)
local news, quiet = { state = arg(4), due = num(5) }, { state = arg(6), due = num(7) }
local FIRST_ENTRY = 9

local hosts, fresh = {}, 0

local function admit(id, entry_host, record)
  if call("HSETNX", K.entries, id, entry_host .. " " .. record) == 1 then
    fresh = fresh + 1
    hosts[entry_host] = true
    return true
  end
end

-- Mark a chunk of entries as listed now, and queue those that were not before. They fall due in
-- the order listed, which takes them up to two seconds into the past.
local function list(from, to, last)
  local ids, marks, listed = {}, {}, {}
  for n = from, to, 3 do
    ids[#ids + 1] = arg(n)
  end
  local seen = call("ZMSCORE", K.seen, unpack(ids))
  for n, id in ipairs(ids) do
    local at = from + 3 * (n - 1)
    marks[#marks + 1], marks[#marks + 2] = now, id
    if not seen[n] and not listed[id] and admit(id, arg(at + 1), arg(at + 2)) then
      enqueue("e", id, arg(at + 1), now - (last - at) / 3)
    end
    listed[id] = true
  end
  call("ZADD", K.seen, unpack(marks))
end

local function list_all()
  local last = #ARGV - 4 - 2
  for from = FIRST_ENTRY, last, 3 * CHUNK do
    list(from, math.min(from + 3 * CHUNK - 3, last), last)
  end
  for entry_host in pairs(hosts) do
    settle(entry_host)
  end
end

local function forget_unlisted()
  local old = call("ZRANGEBYSCORE", K.seen, "-inf", seen_since, "LIMIT", 0, CHUNK)
  if old[1] then
    call("ZREM", K.seen, unpack(old))
  end
end

local function learn(taught)
  call("HSET", K.polls, feed, taught.state)
  call("HSET", K.schedule, feed, taught.due)
  requeue("f", feed, taught.due)
end

end_turn(host, key, 0)
if lease_of("f", feed) ~= key then
  return 0
end
drop_lease("f", feed)
forget_unlisted()
list_all()
learn(fresh > 0 and news or quiet)
return fresh
