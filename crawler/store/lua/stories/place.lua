-- Commit a verdict on one article if what it rested on still stands; otherwise hand back the
-- neighbourhood as it is now, so that the verdict is asked for again. Always one of the two.
--
-- ARGV: now_ms, window_ms, article id, ids bucket, count of strong keys, index keys (8 bytes
--       each, the strong ones first), basis, verdict (msgpack), changes kept, what operators put
--       together with it (msgpack: {{article id, ids bucket}, ...}), what is written
-- Returns 1, or {basis, known handle or 0, nominated handles, {handle, article, ties, ...},
--         {story id, story, ...}, version of the rulings}.

-- HOT, STRONG, RARE, COMMON, LEAST, NOMINATED, LOADED, FILL and BUCKETS stand before this script:
-- crawler/store/nomination.py says what they are.

local find, sub = string.find, string.sub
local ENTRY = 9  -- bytes of an index entry: the key's first five, then the handle
local VERDICT = 5  -- where in a tie its relation stands
local TOGETHER = 5  -- relations below this one (digest and what joins) hold a component together

-- Return how many buckets a segment of so many entries has.
local function bucket_count(entries)
  return math.max(BUCKETS, math.floor(entries / FILL))
end

-- Return the largest power of two that is not above a number.
local function half_of(number)
  local half = BUCKETS
  while 2 * half <= number do
    half = 2 * half
  end
  return half
end

local now, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local id, ids, strong, index_keys = ARGV[3], key('ids', ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local key_count = #index_keys / 8
local known = redis.call('HGET', ids, id)

-- Return the live segments, newest first, as {count of entries before it, opened, its buckets}.
local function segments()
  local found, closed = {}, now
  local entries = tonumber(redis.call('GET', private .. 'entries') or 0)
  for _, row in ipairs(redis.call('LRANGE', private .. 'segments', 0, -1)) do
    if closed < now - window then
      break
    end
    local first, opened_at = string.match(row, '^(%d+):(%d+)$')
    found[#found + 1] = {first, tonumber(opened_at), bucket_count(entries - first)}
    closed, entries = tonumber(opened_at), tonumber(first)
  end
  return found
end

-- Return where the index keys stand in a segment of so many buckets.
local function places(first, count)
  local prefix, half, found = private .. 'index:' .. first .. ':', half_of(count), {}
  local hashes = {struct.unpack('>' .. string.rep('I4xxxx', key_count), index_keys)}
  for i = 1, key_count do
    local at = hashes[i] % (2 * half)
    found[i] = prefix .. (at < count and at or at - half)
  end
  return found
end

local live_segments = segments()
local marks = {struct.unpack('>' .. string.rep('c5xxx', key_count), index_keys)}
local newest = {where = {}, held = {}}

-- Return the handles a bucket holds under a key, packed, oldest first; nil when there are none.
local function held_under(mark, bucket)
  local at, found = bucket and find(bucket, mark, 1, true), nil
  while at do
    if (at - 1) % ENTRY == 0 then
      found = found or {}
      found[#found + 1] = sub(bucket, at + 5, at + 8)
    end
    at = find(bucket, mark, at + 1, true)
  end
  return found
end

-- Return the newest handles a key holds in several segments, each once; nil when there are none.
local function holders(mark, number, reads)
  local found, seen = {}, {}
  for _, buckets in ipairs(reads) do
    local handles = held_under(mark, buckets[number]) or {}
    for i = #handles, 1, -1 do
      if not seen[handles[i]] and #found < HOT then
        seen[handles[i]] = true
        found[#found + 1] = handles[i]
      end
    end
  end
  return found[1] and found
end

-- Return how much each article shares with this one, by packed handle.
local function shared_keys()
  local reads, shared = {}, {}
  if key_count == 0 then
    return shared
  end
  for i, segment in ipairs(live_segments) do
    local where = places(segment[1], segment[3])
    reads[i] = redis.call('MGET', unpack(where))
    newest.where = i == 1 and where or newest.where
  end
  local alone = #reads == 1 and reads[1] or nil
  for i = 1, key_count do
    local handles
    if alone then
      handles = held_under(marks[i], alone[i])
    else
      handles = holders(marks[i], i, reads)
    end
    if handles then
      newest.held[i] = true
      local weight = i <= strong and STRONG or #handles < HOT and RARE or COMMON
      for _, handle in ipairs(handles) do
        shared[handle] = (shared[handle] or 0) + weight
      end
    end
  end
  return shared
end

-- Return handles that share enough index keys with their weights, the heaviest first.
local function candidates()
  local found, own = {}, tonumber(known)
  for handle, weight in pairs(shared_keys()) do
    local number = weight >= LEAST and struct.unpack('>I4', handle)
    if number and number ~= own then
      found[#found + 1] = {number, weight}
    end
  end
  table.sort(found, function(one, other)
    if one[2] ~= other[2] then
      return one[2] > other[2]
    end
    return one[1] > other[1]
  end)
  return found
end

local articles, stories, loaded = {}, {}, {}

-- Load articles with their ties; return those that are there.
local function load(handles)
  if #handles == 0 then
    return
  end
  local wanted = {}
  for _, handle in ipairs(handles) do
    wanted[#wanted + 1] = key('article', handle)
    wanted[#wanted + 1] = key('ties', handle)
  end
  local values = redis.call('MGET', unpack(wanted))
  for i, handle in ipairs(handles) do
    if values[2 * i - 1] then
      loaded[handle] = values[2 * i - 1]
      articles[#articles + 1] = handle
      articles[#articles + 1] = values[2 * i - 1]
      articles[#articles + 1] = values[2 * i] or ''
    end
  end
end

-- Return the handles of some lists that are not loaded yet, so many at most.
local function missing(lists, most)
  local found = {}
  for _, handles in ipairs(lists) do
    for _, handle in ipairs(handles) do
      if not loaded[handle] and #found < most then
        found[#found + 1] = handle
      end
    end
  end
  return found
end

-- Return the articles that one is tied to so that they may come to stand in one story.
local function tied(ties)
  local found = {}
  for at = 1, #ties, TIE do
    if string.byte(ties, at + VERDICT) < TOGETHER then
      found[#found + 1] = struct.unpack('>I4', ties, at)
    end
  end
  return found
end

-- Load all that hangs together with the articles loaded so far, canonicals before others; return
-- what a verdict on it rests on.
local function load_component()
  local seen, rests, ties, from = {}, {}, 0, 1
  while from <= #articles do
    local canonicals, others, upto = {}, {}, #articles
    for i = from, upto, 3 do
      local story = story_of(articles[i + 1])
      if not seen[story] then
        seen[story] = true
        stories[#stories + 1] = story
        stories[#stories + 1] = redis.call('GET', key('story', story))
        local version, _, _, handles, canonical = opened(stories[#stories])
        rests[#rests + 1] = story .. ':' .. version
        canonicals[#canonicals + 1] = canonical
        others[#others + 1] = handles
      end
      others[#others + 1] = tied(articles[i + 2])
      ties = ties + #articles[i + 2]
    end
    load(missing({canonicals}, #canonicals))
    load(missing(others, LOADED - #articles / 3))
    from = upto + 1
  end
  return table.concat(rests, ',') .. '|' .. ties
end

-- Return the articles that operators put together with this one.
local function fellows()
  local found = {}
  for _, fellow in ipairs(cmsgpack.unpack(ARGV[10])) do
    found[#found + 1] = tonumber(redis.call('HGET', key('ids', fellow[2]), fellow[1]))
  end
  return found
end

-- Load the neighbourhood; return its basis and the nominated handles.
local function neighbourhood()
  local handles, nominated = {}, {}
  for i, candidate in ipairs(candidates()) do
    if i > NOMINATED then
      break
    end
    handles[i] = candidate[1]
  end
  load(handles)
  local kept = {}
  for i = 1, #articles, 3 do
    if struct.unpack('>d', articles[i + 1]) >= now - window then
      nominated[#nominated + 1] = packed(articles[i])
      kept[#kept + 1] = articles[i]
      kept[#kept + 1] = articles[i + 1]
      kept[#kept + 1] = articles[i + 2]
    else
      loaded[articles[i]] = nil
    end
  end
  articles = kept
  nominated = table.concat(nominated)
  load(missing({fellows()}, LOADED))
  local seen = ''
  if known then
    load(missing({{tonumber(known)}}, LOADED + 1))
    seen = known .. ':' .. string.sub(loaded[tonumber(known)], 1, 8)
  end
  if #articles == 0 then
    return rulings, nominated
  end
  return rulings .. '|' .. seen .. '|' .. nominated .. '|' .. load_component(), nominated
end

-- Return the segment to write to, as {first, buckets, where}; a new one when that is half a window
-- old. Counts the entries that are about to be written.
local function writable()
  local held = redis.call('INCRBY', private .. 'entries', key_count) - key_count
  local segment = live_segments[1]
  if segment and segment[2] >= now - window / 2 then
    return {segment[1], segment[3], newest.where, held - segment[1]}
  end
  local first, count = string.format('%d', held), bucket_count(0)
  redis.call('LPUSH', private .. 'segments', string.format('%d:%d', held, now))
  return {first, count, places(first, count), 0}
end

-- Make room for an entry: the article's own under this key goes if its text was revised, or the
-- oldest if there are too many.
local function make_room(where, mark, entry)
  local bucket = redis.call('GET', where) or ''
  local handles, gone = held_under(mark, bucket) or {}, nil
  for _, handle in ipairs(handles) do
    gone = gone or known and handle == entry and handle
  end
  gone = gone or #handles >= HOT and handles[1]
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
  local byte = 3
  while half >= 256 do
    half, byte = half / 256, byte - 1
  end
  for at = 1, #bucket, ENTRY do
    local side = string.byte(bucket, at + byte) % (2 * half) >= half and goes or stays
    side[#side + 1] = string.sub(bucket, at, at + ENTRY - 1)
  end
  if #goes > 0 then
    redis.call('MSET', where, table.concat(stays), prefix .. number, table.concat(goes))
  end
end

local function index(handle)
  local entry, target = packed(handle), writable()
  local first, count, where, held = target[1], target[2], target[3], target[4]
  for i = 1, key_count do
    if newest.held[i] then
      make_room(where[i], marks[i], entry)
    end
    redis.call('APPEND', where[i], marks[i] .. entry)
  end
  for number = count, bucket_count(held + key_count) - 1 do
    split_bucket(first, number)
  end
end

local function write_tie(owner, other, flag, verdict)
  local where, entry = key('ties', owner), packed(other)
  local ties = without_tie(redis.call('GET', where) or '', entry)
  redis.call('SET', where, ties .. entry .. flag .. verdict)
end

local function commit(verdict)
  local story, body, text = verdict[1], verdict[2], verdict[3]
  local ties, changed, forwards, events = verdict[4], verdict[5], verdict[6], verdict[7]
  local handle = tonumber(known)
  if not handle then
    handle = redis.call('INCR', private .. 'arrivals')
    redis.call('HSET', ids, id, handle)
    redis.call('INCR', private .. 'articles')
  end
  if #body > 0 then
    local record = struct.pack('>ds', now, story) .. body
    index(handle)
    loaded[handle] = record
    redis.call('SET', key('article', handle), record)
    redis.call('SET', key('text', handle), text)
  end
  for _, tie in ipairs(ties) do
    local one, other = tie[1], tie[2]
    one = one == 0 and handle or one
    other = other == 0 and handle or other
    write_tie(one, other, '\1', tie[3])
    write_tie(other, one, '\0', tie[3])
  end
  for _, moved in ipairs(forwards) do
    forward(moved[1], moved[2])
  end
  for _, entry in ipairs(changed) do
    for i, member in ipairs(entry[3]) do
      entry[3][i] = member == 0 and handle or member
    end
    write_story(entry)
    adopt(entry[1], entry[3], loaded)
  end
  for _, event in ipairs(events) do
    announce(event, ARGV[9])
  end
end

local basis, nominated = neighbourhood()
if basis == ARGV[7] then
  commit(cmsgpack.unpack(ARGV[8]))
  return 1
end
return {basis, tonumber(known or 0), nominated, articles, stories, rulings}
