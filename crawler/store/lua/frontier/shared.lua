-- What every step begins with. `K` names the keys (crawler/store/keys.py); LOSSES_AT_ONCE and
-- LOSS_WAIT_LONGEST are those of crawler/store/bounds.py. All times are whole milliseconds; a record
-- is its host, a space, and JSON that no step reads.
--
-- Work is of kind "f" (feed) or "e" (entry). It is either queued, in queue:<kind>:<host> and in
-- due:<kind>, both scored by due time; or leased, in leased:<kind>, scored by the lease's end,
-- with the lease itself ("<claim key> <host> <due> <worker>") in `leases`. turns:<kind> holds every host
-- with queued work of that kind, scored by the first instant at which `claim` may take it.

local call = redis.call
local now = tonumber(ARGV[1])
local operators_pause = tonumber(ARGV[2])
local losses_until_burial = tonumber(ARGV[3])
local dead_since = tonumber(ARGV[4])

local KINDS = { "f", "e" }
local CHUNK = 1000 -- Lua unpacks fewer than 8,000 values at once
local SWEEP = 100 -- how much old work one step clears away
local HOST_KEPT = 8 * 86400000 -- a host's facts outlive their last use by this, in real time

local function arg(n) return ARGV[4 + n] end
local function num(n) return tonumber(ARGV[4 + n]) end

-- Hosts: when each may be asked next -----------------------------------------------------------

local function pause_of(host)
  local own, till = unpack(call("HMGET", K.host .. host, "pause", "pause_till"))
  if own and tonumber(till) > now then
    return math.max(tonumber(own), operators_pause)
  end
  return operators_pause
end

local function open_at(host)
  local slot, hold, ends = unpack(call("HMGET", K.host .. host, "slot", "hold", "turn_ends"))
  return math.max(tonumber(slot or 0), tonumber(hold or 0), tonumber(ends or 0))
end

-- Put the host's turns where its queues and its clock say.
local function settle(host)
  local open = open_at(host)
  for _, kind in ipairs(KINDS) do
    local head = call("ZRANGE", K.queue .. kind .. ":" .. host, 0, 0, "WITHSCORES")
    if head[1] then
      call("ZADD", K["turns_" .. kind], math.max(open, tonumber(head[2])), host)
    else
      call("ZREM", K["turns_" .. kind], host)
    end
  end
end

local function note_host(host, ...)
  call("HSET", K.host .. host, ...)
  call("PEXPIRE", K.host .. host, HOST_KEPT + math.max(0, open_at(host) - now))
  settle(host)
end

-- Take the turn from the claim that holds it; one that passed to another claim is left alone.
local function drop_turn(host, key)
  local holds = call("HGET", K.host .. host, "turn") == key
  if holds then
    call("HDEL", K.host .. host, "turn", "turn_ends", "turn_slot")
  end
  return holds
end

-- End the turn after a request: the host rests. False when the turn has passed.
local function end_turn(host, key, rest)
  local held = drop_turn(host, key)
  if held then
    local slot = tonumber(call("HGET", K.host .. host, "slot"))
    note_host(host, "slot", math.max(slot, now + math.max(rest, pause_of(host))))
  end
  return held
end

-- Work: queued or leased -----------------------------------------------------------------------

local function record_of(kind, id)
  return call("HGET", kind == "f" and K.feeds or K.entries, id)
end

local function host_in(record) return string.match(record, "^%S+") end

local function scheduled(feed)
  return call("SISMEMBER", K.paused, feed) == 0 and call("SISMEMBER", K.disabled, feed) == 0
end

local function enqueue(kind, id, host, due)
  call("ZADD", K.queue .. kind .. ":" .. host, due, id)
  call("ZADD", K["due_" .. kind], due, id)
end

local function dequeue(kind, id, host)
  call("ZREM", K.queue .. kind .. ":" .. host, id)
  call("ZREM", K["due_" .. kind], id)
end

-- Put work where its host's turns find it; a feed that is paused or disabled waits outside.
local function requeue(kind, id, due)
  local host = host_in(record_of(kind, id))
  if kind == "e" or scheduled(id) then
    enqueue(kind, id, host, due)
  end
  settle(host)
end

-- The key of the claim that holds this work, when it was due, whose it is, and whose turn it took.
local function lease_of(kind, id)
  local lease = call("HGET", K.leases, kind .. ":" .. id)
  if lease then
    local key, host, due, worker = string.match(lease, "^(%S+) (%S+) (%S+) (.*)$")
    return key, tonumber(due), worker, host
  end
end

local function drop_lease(kind, id)
  call("HDEL", K.leases, kind .. ":" .. id)
  call("ZREM", K["leased_" .. kind], id)
end

-- Diaries: what hosts bore, how the pages of feeds ended ---------------------------------------

local DIARY_KEPT = 31 * 86400000

-- Add rows of a host and six numbers, ARGV from..to, to the day's ledger.
local function note_answers(day, from, to)
  local ledger = K.ledger .. day
  for n = from, to, 7 do
    local known, sums = call("HGET", ledger, arg(n)), {}
    local at = 0
    for number in string.gmatch(known or "0 0 0 0 0 0", "%d+") do
      at = at + 1
      sums[at] = string.format("%d", tonumber(number) + num(n + at))
    end
    call("HSET", ledger, arg(n), table.concat(sums, " "))
  end
  if from <= to then
    call("PEXPIRE", ledger, DIARY_KEPT)
  end
end

local function note_fate(day, feed, fate)
  call("HINCRBY", K.fates .. day, feed .. " " .. fate, 1)
  call("PEXPIRE", K.fates .. day, DIARY_KEPT)
end

-- Endings of entries ---------------------------------------------------------------------------

local function forget(entry)
  for _, facts in ipairs({ K.entries, K.attempts, K.reasons, K.losses }) do
    call("HDEL", facts, entry)
  end
end

local function bury(entry, reason)
  call("ZADD", K.dead, now, entry)
  call("HSET", K.reasons, entry, reason)
end

-- Forget an entry's work, whoever holds it; false when there is none.
local function finish(entry)
  local record = record_of("e", entry)
  if not record or call("ZSCORE", K.dead, entry) then
    return false
  end
  drop_lease("e", entry)
  dequeue("e", entry, host_in(record))
  settle(host_in(record))
  forget(entry)
  return true
end

-- How long an entry waits that was lost so often: not at all at first, then doubling.
local function wait_after(losses)
  if losses <= LOSSES_AT_ONCE then
    return 0
  end
  return math.min(1000 * 2 ^ (losses - LOSSES_AT_ONCE - 1), LOSS_WAIT_LONGEST)
end

-- Take work from a worker that did not end its claim. A crash strikes whatever was in hand, so
-- the entry goes behind its neighbours, and only one that is lost again and again is buried. The
-- host has rested since the claim; nobody asks it any more.
local function lose(kind, id)
  local key, due, _, host = lease_of(kind, id)
  drop_lease(kind, id)
  drop_turn(host, key)
  settle(host)
  if kind == "f" then
    return requeue(kind, id, due)
  end
  local losses = call("HINCRBY", K.losses, id, 1)
  if losses < losses_until_burial then
    requeue(kind, id, now + wait_after(losses))
  else
    bury(id, "lost")
  end
end
