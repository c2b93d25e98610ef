-- How an article is written into the index.

-- Return the segment to write to and its entries; a new one when that is half a window old. Counts
-- the entries that are about to be written.
local function writable(one)
  local held = entries
  entries = redis.call('INCRBY', private .. 'entries', one.count)
  local segment = segments[1]
  if segment and segment[2] >= now - window / 2 then
    return segment, held - segment[1]
  end
  segment = {string.format('%d', held), now, bucket_count(0)}
  table.insert(segments, 1, segment)
  redis.call('LPUSH', private .. 'segments', string.format('%d:%d', held, now))
  one.where = places(one, segment)
  return segment, 0
end

-- Make room for an entry: the article's own under this key goes if its text was revised, or the
-- oldest if there are too many.
local function make_room(where, mark, handle)
  local bucket = redis.call('GET', where) or ''
  local held, gone = held_under(mark, bucket) or {}, nil
  for _, entry in ipairs(held) do
    gone = gone or sub(entry, 1, 4) == handle and entry
  end
  gone = gone or #held >= HOT and held[1]
  local at = gone and find(bucket, mark .. gone, 1, true)
  while at and (at - 1) % ENTRY ~= 0 do
    at = find(bucket, mark .. gone, at + 1, true)
  end
  if at then
    redis.call('SET', where, sub(bucket, 1, at - 1) .. sub(bucket, at + ENTRY))
  end
end

-- Give a bucket's younger half to a new one: linear hashing (Litwin 1980), so that buckets stay
-- small however many articles there are, and no article pays for more than a few splits.
local function split_bucket(first, number)
  local half, prefix = half_of(number), private .. 'index:' .. first .. ':'
  local stays, goes, where = {}, {}, prefix .. number - half
  local bucket = redis.call('GET', where) or ''
  local divisor, from = half, 3
  while divisor >= 256 do
    divisor, from = divisor / 256, from - 1
  end
  for at = 1, #bucket, ENTRY do
    local side = byte(bucket, at + from) % (2 * divisor) >= divisor and goes or stays
    side[#side + 1] = sub(bucket, at, at + ENTRY - 1)
  end
  if #goes > 0 then
    redis.call('MSET', where, table.concat(stays), prefix .. number, table.concat(goes))
  end
end

local function index(one, handle)
  local segment, held = writable(one)
  local where, entry = one.where, packed(handle)
  for i, mark in ipairs(one.marks) do
    if one.held[i] and (one.known or one.held[i] >= HOT) then
      make_room(where[i], mark, entry)
    end
    redis.call('APPEND', where[i], mark .. entry .. one.size)
  end
  local grown = bucket_count(held + one.count)
  for number = segment[3], grown - 1 do
    split_bucket(segment[1], number)
  end
  segment[3] = grown
end

