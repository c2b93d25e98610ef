-- How the private records of a topic are laid out; put before each script of this folder.
-- Numbers are big-endian. A handle is the number an article was given at its arrival.
--
--   article:<handle>  double seen_ms, story id, NUL, body        (the body is the client's)
--   text:<handle>     the article's text, zstd
--   ties:<handle>     n x (uint32 other handle, 1 if the owner is `one` else 0, verdict[25])
--   ids:<bucket>      hash: article id -> handle
--   story:<id>        uint32 version, names, NUL, linked, NUL, uint16 n, uint16 position of the
--                     canonical, n x uint32 handle, body;
--                     for a story that was merged, uint32 0, the id that stands for it, NUL
--   aliases:<id>      set: ids that forward to this story
--   citing:<id>       set: stories that link to this one
--   index:<s>         segment s, a hash: key[5] -> n x uint32 handle, oldest first
--   segments          list, newest first, of segments: when each was opened, in ms
--   arrivals          counter: the last handle given
--   articles          counter: articles held
--   boilerplate:<outlet>  hash: version, counts (zstd); written by crawler/store/lessons.py
--
--   coming:<name>     what will stand under the public <name> once this generation is read
--
-- Kept from one generation to the next, under `lasting` in place of the generation:
--   rulings           hash: what it is about -> ruling (JSON)
--   rulings:version   counter: grows with every ruling
--   written           ids of the generations that are written, the one that is read first,
--                     joined by "+"; absent while it is as the crawl's `meta` says
--   held              token of whoever switches generations; nobody writes meanwhile; expires

local private, public, lasting = KEYS[1], KEYS[2], KEYS[3]
local TIE = 30
local TRIMMED_AT_ONCE = 64  -- changes over the limit, so that few writes pay for trimming

local function packed(handle)
  return struct.pack('>I4', handle)
end

local function key(family, name)
  return private .. family .. ':' .. name
end

local function split(text)
  local parts = {}
  for part in string.gmatch(text, '[^\n]+') do
    parts[#parts + 1] = part
  end
  return parts
end

local function story_of(record)
  local _, story, body = struct.unpack('>ds', record)
  return story, body
end

-- Return version, names, linked, handles and the canonical's handle of a story that stands.
local function opened(record)
  local version, names, linked, count, canonical, at = struct.unpack('>I4ssI2I2', record)
  local handles = {}
  for i = 1, count do
    handles[i] = struct.unpack('>I4', record, at + 4 * (i - 1))
  end
  return version, split(names), split(linked), handles, handles[canonical + 1]
end

local function live(id)
  local record = redis.call('GET', key('story', id))
  if record and struct.unpack('>I4', record) > 0 then
    return record
  end
  return nil, record
end

-- Take a story out of every list it stands in; its own keys are the caller's to rewrite or drop.
local function unlist(id, record)
  local _, names, linked = opened(record)
  redis.call('ZREM', public .. 'stories', id)
  for _, name in ipairs(names) do
    redis.call('ZREM', public .. 'by:' .. name, id)
  end
  for _, other in ipairs(linked) do
    redis.call('SREM', key('citing', other), id)
  end
end

-- Write one story whole: {id, version, handles, canonical, names, linked, body, payload, updated_ms}.
local function write_story(story)
  local id, handles = story[1], {}
  local before, forward = live(id)
  if before then
    unlist(id, before)
  elseif forward then
    local _, target = struct.unpack('>I4s', forward)
    redis.call('SREM', key('aliases', target), id)
  end
  for i, handle in ipairs(story[3]) do
    handles[i] = packed(handle)
  end
  local head = struct.pack('>I4ssI2I2', story[2], table.concat(story[5], '\n'),
    table.concat(story[6], '\n'), #handles, story[4])
  redis.call('SET', key('story', id), head .. table.concat(handles) .. story[7])
  redis.call('SET', public .. 'story:' .. id, story[8])
  redis.call('ZADD', public .. 'stories', story[9], id)
  for _, name in ipairs(story[5]) do
    redis.call('ZADD', public .. 'by:' .. name, story[9], id)
  end
  for _, other in ipairs(story[6]) do
    redis.call('SADD', key('citing', other), id)
  end
end

-- Publish which is the oldest change that is kept.
local function publish_first()
  local first = redis.call('XRANGE', public .. 'changes', '-', '+', 'COUNT', 1)[1]
  redis.call('HSET', public .. 'window', 'first', first and first[1] or '')
end

-- Drop the oldest changes up to this one, and publish what is still there and what is not.
local function drop_changes(last)
  local ms, sequence = string.match(last, '^(%d+)%-(%d+)$')
  redis.call('XTRIM', public .. 'changes', 'MINID', ms .. '-' .. string.format('%d', sequence + 1))
  redis.call('HSET', public .. 'window', 'trimmed', last)
  publish_first()
end

-- Append {kind, story, article, at, version, payload} to the public stream.
local function announce(event, longest)
  local changes = public .. 'changes'
  local id = redis.call('XADD', changes, '*', 'kind', event[1], 'story', event[2],
    'article', event[3], 'at', event[4], 'version', event[5], 'payload', event[6])
  local length = redis.call('XLEN', changes)
  if length == 1 then
    redis.call('HSET', public .. 'window', 'first', id)
  elseif length >= longest + TRIMMED_AT_ONCE then
    local oldest = redis.call('XRANGE', changes, '-', '+', 'COUNT', TRIMMED_AT_ONCE)
    drop_changes(oldest[#oldest][1])
  end
end

-- Return a tie list without the entry about one other article.
local function without_tie(ties, other)
  for at = 1, #ties, TIE do
    if string.sub(ties, at, at + 3) == other then
      return string.sub(ties, 1, at - 1) .. string.sub(ties, at + TIE)
    end
  end
  return ties
end

-- Drop every tie of an article, with either of its two.
local function drop_ties(handle)
  local ties = redis.call('GET', key('ties', handle)) or ''
  for at = 1, #ties, TIE do
    local where = key('ties', struct.unpack('>I4', ties, at))
    local others = without_tie(redis.call('GET', where) or '', packed(handle))
    if others == '' then
      redis.call('DEL', where)
    else
      redis.call('SET', where, others)
    end
  end
  redis.call('DEL', key('ties', handle))
end
