-- Commit a verdict on one article if what it rested on still stands; otherwise hand back the
-- neighbourhood as it is now, so that the verdict is asked for again. Always one of the two.
--
-- ARGV: now_ms, window_ms, article id, ids bucket, count of strong keys, index keys (8 bytes
--       each, the strong ones first), basis, verdict (msgpack), changes kept
-- Returns 1, or {basis, known handle or 0, nominated handles, {handle, article, ties, ...},
--         {story id, story, ...}}.

local NOMINATED = 24  -- look-alikes shown, those that share most first
local LOADED = 200  -- articles shown, members of their stories included
local HOT = 16  -- articles one index key holds, the newest
local ENTRY = 8  -- bytes of an index entry
local FILL = 64  -- entries in a bucket when its segment counts as full
local STRONG, RARE, COMMON = 4, 2, 1  -- what sharing a key weighs; a weak one that is full is common
local LEAST = 4  -- look-alikes share one strong key, two rare or four common ones

local now, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local id, ids, strong, index_keys = ARGV[3], key('ids', ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local key_count = #index_keys / 8
local known = redis.call('HGET', ids, id)

-- Return the live segments, newest first, as {count of entries before it, bits, opened}.
local function segments()
  local found, closed = {}, now
  for _, row in ipairs(redis.call('LRANGE', private .. 'segments', 0, -1)) do
    if closed < now - window then
      break
    end
    local first, bits, opened_at = string.match(row, '^(%d+):(%d+):(%d+)$')
    found[#found + 1] = {first, tonumber(bits), tonumber(opened_at)}
    closed = tonumber(opened_at)
  end
  return found
end

local numbers, tags = {}, {}
local halves = {struct.unpack('>' .. string.rep('I4c4', key_count), index_keys)}
for i = 1, key_count do
  numbers[i], tags[i] = halves[2 * i - 1], halves[2 * i]
end

-- Return where the index keys stand in a segment.
local function buckets(segment)
  local prefix, size, found = private .. 'index:' .. segment[1] .. ':', 2 ^ segment[2], {}
  for i = 1, key_count do
    found[i] = prefix .. numbers[i] % size
  end
  return found
end

-- Return the positions in a bucket at which entries of a key begin, oldest first.
local function entries(bucket, tag)
  local found = {}
  local at = string.find(bucket, tag, 1, true)
  while at do
    if (at - 1) % ENTRY == 0 then
      found[#found + 1] = at
    end
    at = string.find(bucket, tag, at + 1, true)
  end
  return found
end

local live_segments = segments()
local newest = {where = {}, values = {}}

-- Return the handles a key holds in all segments, each once, the newest of them first.
local function holders(key_number, reads)
  local found, seen = {}, {}
  for _, values in ipairs(reads) do
    local value = values[key_number]
    local at = value and entries(value, tags[key_number]) or {}
    for i = #at, 1, -1 do
      local handle = string.sub(value, at[i] + 4, at[i] + 7)
      if not seen[handle] and #found < HOT then
        seen[handle] = true
        found[#found + 1] = handle
      end
    end
  end
  return found
end

-- Return handles that share enough index keys with their weights, the heaviest first.
local function candidates()
  local reads, shared, found = {}, {}, {}
  for i, segment in ipairs(live_segments) do
    local where = buckets(segment)
    reads[i] = redis.call('MGET', unpack(where))
    if i == 1 then
      newest = {where = where, values = reads[1]}
    end
  end
  for i = 1, key_count do
    local handles = holders(i, reads)
    local weight = i <= strong and STRONG or #handles < HOT and RARE or COMMON
    for _, handle in ipairs(handles) do
      shared[handle] = (shared[handle] or 0) + weight
    end
  end
  for handle, weight in pairs(shared) do
    local number = struct.unpack('>I4', handle)
    if weight >= LEAST and number ~= tonumber(known) then
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

-- Load whole stories of the articles loaded so far, their canonicals first; return what a verdict
-- on them rests on.
local function load_stories()
  local seen, rests, canonicals, members = {}, {}, {}, {}
  for i = 1, #articles, 3 do
    local story = story_of(articles[i + 1])
    if not seen[story] then
      seen[story] = true
      stories[#stories + 1] = story
      stories[#stories + 1] = redis.call('GET', key('story', story))
      local version, _, _, handles, canonical = opened(stories[#stories])
      rests[#rests + 1] = story .. ':' .. version
      canonicals[#canonicals + 1] = canonical
      members[#members + 1] = handles
    end
  end
  load(missing({canonicals}, #canonicals))
  load(missing(members, LOADED - #articles / 3))
  return table.concat(rests, ',')
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
  local seen = ''
  if known then
    load({tonumber(known)})
    seen = known .. ':' .. string.sub(loaded[tonumber(known)], 1, 8)
  end
  if #articles == 0 then
    return '', nominated
  end
  return seen .. '|' .. nominated .. '|' .. load_stories(), nominated
end

-- Return what to write to: the newest segment, or another when that is full or half a window old.
local function writable()
  local segment = live_segments[1]
  local held = redis.call('INCRBY', private .. 'entries', key_count) - key_count
  local bits = 12
  if segment then
    local fill = (held - tonumber(segment[1])) / FILL
    bits = segment[2]
    if fill >= 2 ^ bits then
      bits = math.min(bits + 2, 20)
    elseif segment[3] >= now - window / 2 then
      return newest
    else
      bits = math.min(math.max(math.ceil(math.log(fill * 1.5) / math.log(2)), 12), 20)
    end
  end
  local first = string.format('%d', held)
  redis.call('LPUSH', private .. 'segments', string.format('%d:%d:%d', held, bits, now))
  return {where = buckets({first, bits}), values = {}}
end

-- Return which entry a new one displaces: the article's own if its text was revised, the oldest if
-- there are too many.
local function displaced(value, tag, entry)
  local found = entries(value, tag)
  if known then
    for _, at in ipairs(found) do
      if string.sub(value, at + 4, at + 7) == entry then
        return at
      end
    end
  end
  return #found >= HOT and found[1] or nil
end

local function index(handle)
  local target, entry = writable(), packed(handle)
  for i = 1, key_count do
    local where, value = target.where[i], target.values[i] or ''
    local at = displaced(value, tags[i], entry)
    if at then
      value = string.sub(value, 1, at - 1) .. string.sub(value, at + ENTRY)
      redis.call('SET', where, value .. tags[i] .. entry)
    else
      redis.call('APPEND', where, tags[i] .. entry)
    end
  end
end

local function write_tie(owner, other, flag, verdict)
  local where, entry = key('ties', owner), packed(other)
  local ties = without_tie(redis.call('GET', where) or '', entry)
  redis.call('SET', where, ties .. entry .. flag .. verdict)
end

-- Let members point at the story that holds them now.
local function adopt(story, handles)
  for _, handle in ipairs(handles) do
    local where = key('article', handle)
    local record = loaded[handle] or redis.call('GET', where)
    local before, body = story_of(record)
    if before ~= story then
      local head = struct.pack('>ds', struct.unpack('>d', record), story)
      redis.call('SET', where, head .. string.sub(record, body))
    end
  end
end

-- Let an old id, and every id that already forwards to it, stand for another story.
local function forward(old, target)
  local record = live(old)
  if record then
    unlist(old, record)
  end
  local moved = redis.call('SMEMBERS', key('aliases', old))
  redis.call('DEL', key('aliases', old))
  moved[#moved + 1] = old
  for _, alias in ipairs(moved) do
    redis.call('SET', key('story', alias), struct.pack('>I4s', 0, target))
    redis.call('SET', public .. 'story:' .. alias, cjson.encode({id = alias, moved_to = target}))
    redis.call('SADD', key('aliases', target), alias)
  end
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
    adopt(entry[1], entry[3])
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
return {basis, tonumber(known or 0), nominated, articles, stories}
