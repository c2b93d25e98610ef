-- hosts, or none for those with work -> of each: host, slot, hold, turn's end (or 0), pause, feeds
-- and entries queued, feeds and entries due, instant of the next turn (or false)
local function queued(kind, host) return call("ZCARD", K.queue .. kind .. ":" .. host) end

local function due(kind, host)
  return call("ZCOUNT", K.queue .. kind .. ":" .. host, "-inf", now)
end

local function next_turn(host)
  local least = false
  for _, kind in ipairs(KINDS) do
    local at = tonumber(call("ZSCORE", K["turns_" .. kind], host) or nil)
    least = at and math.min(least or at, at) or least
  end
  return least
end

local function with_work()
  local names, known = {}, {}
  for _, kind in ipairs(KINDS) do
    for _, host in ipairs(call("ZRANGE", K["turns_" .. kind], 0, -1)) do
      if not known[host] then
        known[host] = true
        names[#names + 1] = host
      end
    end
  end
  return names
end

local chosen, answer = { unpack(ARGV, 5) }, {}
for _, host in ipairs(chosen[1] and chosen or with_work()) do
  local slot, hold, ends = unpack(call("HMGET", K.host .. host, "slot", "hold", "turn_ends"))
  answer[#answer + 1] = {
    host, slot or 0, hold or 0, ends or 0, pause_of(host), queued("f", host), queued("e", host),
    due("f", host), due("e", host), next_turn(host),
  }
end
return answer
