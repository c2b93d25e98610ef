-- Which articles share enough index keys with a newcomer to be looked at.
--
-- HOT, TELLING, COMMON, LEAST, NOMINATED and LOADED stand before the scripts:
-- crawler/store/nomination.py says what they are.

local sub = string.sub
local HANDLE = 4  -- bytes

local now, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local segments = {}  -- when they were opened, as far back as the window; the newest first

local function read_segments()
  local closed = now
  for _, opened_at in ipairs(redis.call('LRANGE', private .. 'segments', 0, -1)) do
    if closed < now - window then
      break
    end
    segments[#segments + 1] = opened_at
    closed = tonumber(opened_at)
  end
end

-- Read what an article's keys hold: in the newest segment, and in all of them, oldest first.
local function read_held(one)
  one.newest, one.held = {}, {}
  if #one.keys == 0 then
    return
  end
  for n = #segments, 1, -1 do
    one.newest = redis.call('HMGET', private .. 'index:' .. segments[n], unpack(one.keys))
    for i, held in ipairs(one.newest) do
      if held then
        one.held[i] = (one.held[i] or '') .. held
      end
    end
  end
end

-- Return the newest of the articles that a key holds, each once, as packed handles.
local function holders(held)
  local found, seen = {}, {}
  for at = #held - HANDLE + 1, 1, -HANDLE do
    local article = sub(held, at, at + HANDLE - 1)
    if not seen[article] and #found < HOT then
      seen[article] = true
      found[#found + 1] = article
    end
  end
  return found
end

-- Return what each article shares with this one, by packed handle.
local function weights(one)
  local found = {}
  read_held(one)
  for i, held in pairs(one.held) do
    local articles = holders(held)
    local weight = (i <= one.strong or #articles < HOT) and TELLING or COMMON
    for _, article in ipairs(articles) do
      found[article] = (found[article] or 0) + weight
    end
  end
  return found
end

-- Return the handles of those that share enough, the heaviest first.
local function candidates(one)
  local found, handles = {}, {}
  for article, weight in pairs(weights(one)) do
    local handle = struct.unpack('>I4', article)
    if weight >= LEAST and handle ~= one.known then
      found[#found + 1] = {handle, weight}
    end
  end
  table.sort(found, function(this, other)
    if this[2] ~= other[2] then
      return this[2] > other[2]
    end
    return this[1] > other[1]
  end)
  for i = 1, math.min(#found, NOMINATED) do
    handles[i] = found[i][1]
  end
  return handles
end

