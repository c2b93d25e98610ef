-- worker, nonce, limit, lease end, kinds ("f", "e" or "fe")
-- -> for each claim its key, lease end, record, and what is known: a feed's due time and state,
--    an entry's attempts
local worker, nonce, limit, ends, kinds = arg(1), arg(2), num(3), num(4), arg(5)

local function sweep()
  for _, kind in ipairs(KINDS) do
    local lost = call("ZRANGEBYSCORE", K["leased_" .. kind], "-inf", now, "LIMIT", 0, SWEEP)
    for _, id in ipairs(lost) do
      lose(kind, id)
    end
  end
  for _, id in ipairs(call("ZRANGEBYSCORE", K.dead, "-inf", dead_since, "LIMIT", 0, SWEEP)) do
    call("ZREM", K.dead, id)
    forget(id)
  end
end

-- Hosts whose turn has come, the one that has waited longest first.
local function hosts_in_turn()
  local since, hosts = {}, {}
  for kind in string.gmatch(kinds, ".") do
    local found = call("ZRANGEBYSCORE", K["turns_" .. kind], "-inf", now, "WITHSCORES", "LIMIT", 0, limit)
    for n = 1, #found, 2 do
      local host, at = found[n], tonumber(found[n + 1])
      if not since[host] then
        hosts[#hosts + 1] = host
      end
      since[host] = math.min(since[host] or at, at)
    end
  end
  table.sort(hosts, function(one, other)
    return since[one] < since[other] or since[one] == since[other] and one < other
  end)
  return hosts
end

local function first_due(host)
  for kind in string.gmatch(kinds, ".") do
    local head = call("ZRANGE", K.queue .. kind .. ":" .. host, 0, 0, "WITHSCORES")
    if head[1] and tonumber(head[2]) <= now then
      return kind, head[1], head[2]
    end
  end
end

local function take(host)
  local kind, id, due = first_due(host)
  local work = kind .. ":" .. id
  local key = work .. "@" .. nonce
  dequeue(kind, id, host)
  call("ZADD", K["leased_" .. kind], ends, id)
  call("HSET", K.leases, work, table.concat({ key, host, due, worker }, " "))
  local slot = now + pause_of(host)
  note_host(host, "turn", key, "turn_ends", ends, "turn_slot", slot, "slot", slot)
  return work
end

local function described(work)
  local kind, id = string.sub(work, 1, 1), string.sub(work, 3)
  local key, due = lease_of(kind, id)
  local claim = { key, call("ZSCORE", K["leased_" .. kind], id), record_of(kind, id) }
  if kind == "f" then
    claim[4], claim[5] = due, call("HGET", K.polls, id) or ""
  else
    claim[4] = tonumber(call("HGET", K.attempts, id) or 0)
  end
  return claim
end

-- What this very call took already, when its reply was lost and it is asked again.
local function taken_before()
  local works, last = {}, call("GET", K.claimed .. worker) or ""
  if string.match(last, "^%S*") ~= nonce then
    return nil
  end
  for work in string.gmatch(last, " (%S+)") do
    if lease_of(string.sub(work, 1, 1), string.sub(work, 3)) == work .. "@" .. nonce then
      works[#works + 1] = work
    end
  end
  return works
end

local function taken_now()
  local works = {}
  for _, host in ipairs(hosts_in_turn()) do
    if #works == limit then
      break
    end
    works[#works + 1] = take(host)
  end
  if works[1] then
    local kept = math.max(1, ends - now)
    call("SET", K.claimed .. worker, nonce .. " " .. table.concat(works, " "), "PX", kept)
  end
  return works
end

sweep()
local claims = {}
for _, work in ipairs(taken_before() or taken_now()) do
  claims[#claims + 1] = described(work)
end
return claims
