-- Commit a verdict on one article if what it rested on still stands; otherwise hand back the
-- neighbourhood as it is now, so that the verdict is asked for again. Always one of the two.
--
-- ARGV: now_ms, window_ms, article id, ids bucket, count of strong keys, index keys (8 bytes
--       each, the strong ones first), basis, verdict (msgpack), changes kept
-- Returns 1, or {basis, known handle or 0, nominated handles, {handle, article, ties, ...},
--         {story id, story, ...}}.

local NOMINATED = 24  -- look-alikes shown, those that share most first
local LOADED = 200  -- articles shown, members of their stories included
local HOT = 16  -- handles one index key holds: 64 bytes, the longest a listpack takes
local FILL = 64  -- keys in a bucket when its segment counts as full
local STRONG, RARE, COMMON = 4, 2, 1  -- what sharing a key weighs; a weak one that is full is common
local LEAST = 4  -- look-alikes share one strong key, two rare or four common ones

local now, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local id, ids, strong, index_keys = ARGV[3], key('ids', ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local key_count = #index_keys / 8
local known = redis.call('HGET', ids, id)

-- Return the live segments, newest first, as {name, buckets, opened, first handle}.
local function segments()
  local found, after = {}, now
  local rows = redis.call('ZRANGE', private .. 'segments', 0, -1, 'REV', 'WITHSCORES')
  for i = 1, #rows, 2 do
    local opened_at = tonumber(rows[i + 1])
    if i > 1 and after < now - window then
      break
    end
    local first, bits = string.match(rows[i], '^(%d+):(%d+)$')
    found[#found + 1] = {first, 2 ^ tonumber(bits), opened_at, tonumber(first), tonumber(bits)}
    after = opened_at
  end
  return found
end

local function bucket(segment, at)
  local number, tag = struct.unpack('>I4c4', index_keys, at)
  return private .. 'index:' .. segment[1] .. ':' .. number % segment[2], tag
end

local live_segments = segments()
local newest_values = {}

-- Return packed handles that share enough index keys, those that share most first.
local function candidates()
  local shared, found = {}, {}
  for s, segment in ipairs(live_segments) do
    for i = 1, key_count do
      local where, tag = bucket(segment, 8 * i - 7)
      local value = redis.call('HGET', where, tag)
      if s == 1 then
        newest_values[i] = value
      end
      if value then
        local weight = i <= strong and STRONG or #value < 4 * HOT and RARE or COMMON
        for at = 1, #value, 4 do
          local handle = string.sub(value, at, at + 3)
          shared[handle] = (shared[handle] or 0) + weight
        end
      end
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

-- Return the segment to write to, opening one when the newest is full or half a window old.
local function writable()
  local newest = live_segments[1]
  local last = tonumber(redis.call('GET', private .. 'arrivals') or '0')
  local bits = 12
  if newest then
    local keys_held = (last - newest[4]) * key_count
    if keys_held > newest[2] * FILL then
      bits = math.min(newest[5] + 2, 20)
    elseif newest[3] >= now - window / 2 then
      return newest
    else
      while bits < 20 and keys_held * 1.5 > FILL * 2 ^ bits do
        bits = bits + 1
      end
    end
  end
  redis.call('ZADD', private .. 'segments', now, last .. ':' .. bits)
  newest_values = {}
  return {string.format('%d', last), 2 ^ bits}
end

local function holds(value, entry)
  for at = 1, #value, 4 do
    if string.sub(value, at, at + 3) == entry then
      return true
    end
  end
  return false
end

local function index(handle)
  local segment, entry = writable(), packed(handle)
  for i = 1, key_count do
    local where, tag = bucket(segment, 8 * i - 7)
    local value = newest_values[i] or ''
    if not holds(value, entry) then
      redis.call('HSET', where, tag, string.sub(value .. entry, -4 * HOT))
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
