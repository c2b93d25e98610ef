-- Which articles share enough index keys with a newcomer to be looked at.
--
-- HOT, STRONG, RARE, COMMON, LEAST, NOMINATED, LOADED, FILL and BUCKETS stand before the scripts:
-- crawler/store/nomination.py says what they are.

local find, sub, byte, format = string.find, string.sub, string.byte, string.format
local ENTRY = 10  -- bytes of an index entry: the key's first five, the handle, the text's size
local ONE_MORE, SURE = 256, 65536  -- beside the weight: one posting shared, one strong key shared

local now, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local segments, entries = {}, 0  -- newest first: {count of entries before it, opened, buckets}

-- Return how many buckets a segment of so many entries has.
local function bucket_count(held)
  return math.max(BUCKETS, math.floor(held / FILL))
end

-- Return the largest power of two that is not above a number.
local function half_of(number)
  local half = BUCKETS
  while 2 * half <= number do
    half = 2 * half
  end
  return half
end

local function read_segments()
  local closed, before = now, tonumber(redis.call('GET', private .. 'entries') or 0)
  entries = before
  for _, row in ipairs(redis.call('LRANGE', private .. 'segments', 0, -1)) do
    if closed < now - window then
      break
    end
    local first, opened_at = string.match(row, '^(%d+):(%d+)$')
    segments[#segments + 1] = {first, tonumber(opened_at), bucket_count(before - first)}
    closed, before = tonumber(opened_at), tonumber(first)
  end
end

-- Return where an article's keys stand in a segment.
local function places(one, segment)
  local prefix, count = private .. 'index:' .. segment[1] .. ':', segment[3]
  local half, hashes, found = half_of(count), one.hashes, {}
  for i = 1, one.count do
    local at = hashes[i] % (2 * half)
    found[i] = prefix .. format('%d', at < count and at or at - half)
  end
  return found
end

-- Return the entries a bucket holds under a key, without the key, oldest first; nil when none.
local function held_under(mark, bucket)
  local at, found = bucket and find(bucket, mark, 1, true), nil
  while at do
    if (at - 1) % ENTRY == 0 then
      found = found or {}
      found[#found + 1] = sub(bucket, at + 5, at + 9)
    end
    at = find(bucket, mark, at + 1, true)
  end
  return found
end

-- Return the newest entries a key holds in several segments, each once; nil when there are none.
local function held_in_all(mark, number, reads)
  local found, seen = {}, {}
  for _, buckets in ipairs(reads) do
    local held = held_under(mark, buckets[number]) or {}
    for i = #held, 1, -1 do
      if not seen[held[i]] and #found < HOT then
        seen[held[i]] = true
        found[#found + 1] = held[i]
      end
    end
  end
  return found[1] and found
end

-- Return what each article shares with this one, by entry; note how many each key holds.
local function shared_keys(one)
  local reads, shared = {}, {}
  one.held = {}
  if one.count == 0 then
    return shared
  end
  for i, segment in ipairs(segments) do
    local where = places(one, segment)
    reads[i] = redis.call('MGET', unpack(where))
    one.where = one.where or where
  end
  local alone = #reads == 1 and reads[1]
  for i, mark in ipairs(one.marks) do
    local found
    if alone then
      found = held_under(mark, alone[i])
    else
      found = held_in_all(mark, i, reads)
    end
    if found then
      one.held[i] = #found
      local weight = ONE_MORE + (#found < HOT and RARE or COMMON)
      weight = i <= one.strong and SURE + STRONG or weight
      for _, entry in ipairs(found) do
        shared[entry] = (shared[entry] or 0) + weight
      end
    end
  end
  return shared
end

-- Whether two articles share a strong key, or as many postings as texts of their sizes should.
local function enough(one, entry, shared)
  return shared % ONE_MORE >= LEAST
    and (shared >= SURE or math.floor(shared / ONE_MORE) >= byte(one.needed, byte(entry, 5) + 1))
end

-- Return the handles of those that share enough, the heaviest first.
local function candidates(one)
  local found, seen, handles = {}, {}, {}
  for entry, shared in pairs(shared_keys(one)) do
    if enough(one, entry, shared) then
      local handle = struct.unpack('>I4', entry)
      if handle ~= one.known and not seen[handle] then
        seen[handle] = true
        found[#found + 1] = {handle, shared % ONE_MORE}
      end
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

