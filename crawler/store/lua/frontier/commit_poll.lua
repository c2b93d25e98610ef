-- feed, claim key, its host; state and next poll with an unseen entry; the same with none, the
-- state "" where that makes no difference; since when an entry must have been listed to stay known;
-- the host's rest; the feed's own address and the host to ask next; an alert or "", alerts kept; day;
-- seen entries to queue again, spaces between; how many values the ledger's rows have; the rows; then
-- id and record of each entry
-- -> how many were unseen; false when the lease was lost
local feed, key, host, state, due, quiet_state, quiet_due, seen_since, rest, own_address, next_host,
  alert, alerts_kept, day, seen_again, row_values = unpack(ARGV, 5, 20)
local news = { state = state, due = due }
local quiet = quiet_state == "" and news or { state = quiet_state, due = quiet_due }
local FIRST_ROW, LAST_ROW = 17, 16 + tonumber(row_values)
local FIRST_ENTRY, LAST_ENTRY = LAST_ROW + 1, #ARGV - 4 - 1

-- What will be written, as arguments: each command costs its own line in the append-only file,
-- so two thousand entries become few commands with many members.
local listed, marks, records, dues, queues, again = {}, {}, {}, {}, {}, {}
local unseen = 0
for id in string.gmatch(seen_again, "%S+") do
  again[id] = true
end

local function push(list, one, other)
  list[#list + 1], list[#list + 2] = one, other
end

local function write(command, to, members)
  for from = 1, #members, 2 * CHUNK do
    call(command, to, unpack(members, from, math.min(from + 2 * CHUNK - 1, #members)))
  end
end

local function is_wanted(id)
  local seen = call("ZSCORE", K.seen, id)
  local wanted = (not seen or again[id]) and call("HEXISTS", K.entries, id) == 0
  if wanted and not seen then
    unseen = unseen + 1
  end
  return wanted
end

-- Entries fall due in the order listed, which takes them up to two seconds into the past.
local function admit(id, record, due)
  local entry_host = host_in(record)
  queues[entry_host] = queues[entry_host] or {}
  push(queues[entry_host], due, id)
  push(dues, due, id)
  push(records, id, record)
end

local function list_all()
  for n = FIRST_ENTRY, LAST_ENTRY, 2 do
    local id = arg(n)
    if not listed[id] then
      listed[id] = true
      push(marks, now, id)
      if is_wanted(id) then
        admit(id, arg(n + 1), now - (LAST_ENTRY - n) / 2)
      end
    end
  end
end

local function write_all()
  write("ZADD", K.seen, marks)
  write("HSET", K.entries, records)
  write("ZADD", K.due_e, dues)
  for entry_host, members in pairs(queues) do
    write("ZADD", K.queue .. "e:" .. entry_host, members)
    settle(entry_host)
  end
end

local function forget_unlisted()
  local old = call("ZRANGEBYSCORE", K.seen, "-inf", seen_since, "LIMIT", 0, CHUNK)
  if old[1] then
    call("ZREM", K.seen, unpack(old))
  end
end

-- Let the feed be asked at another host from now on, for as long as it keeps its own address.
local function move()
  local record = record_of("f", feed)
  if next_host ~= host_in(record) or call("HEXISTS", K.moved, feed) == 1 then
    call("HSET", K.feeds, feed, next_host .. string.match(record, " .*$"))
    call("HSET", K.moved, feed, own_address .. " " .. next_host)
  end
end

local function tell()
  if alert ~= "" then
    call("XADD", K.alerts, "MAXLEN", "~", alerts_kept, "*", "alert", alert)
  end
end

local function learn(taught)
  call("HSET", K.polls, feed, taught.state)
  call("HSET", K.schedule, feed, taught.due)
  requeue("f", feed, taught.due)
end

end_turn(host, key, tonumber(rest))
if lease_of("f", feed) ~= key then
  return false
end
drop_lease("f", feed)
note_answers(day, FIRST_ROW, LAST_ROW)
tell()
move()
forget_unlisted()
list_all()
write_all()
learn(unseen > 0 and news or quiet)
return unseen
