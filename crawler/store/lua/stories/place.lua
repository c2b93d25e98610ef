-- Give articles their places, one after the other. For each: commit the verdict on it if what that
-- rested on still stands; otherwise hand back the neighbourhood as it is now, so that the verdict
-- is asked for again. Always one of the two.
--
-- ARGV: now_ms, window_ms, changes kept, then for each article (msgpack) {id, ids bucket, count of
--       strong keys, index keys (the strong ones first), what operators put together with it
--       ({{article id, ids bucket}, ...}), basis, verdict (msgpack)}; what is written
-- Returns for each article 1, or {basis, known handle or 0, nominated handles,
--         {handle, article, ties, ...}, {story id, story, ...}, version of the rulings}.

local function commit(one, verdict)
  local story, body, text = verdict[1], verdict[2], verdict[3]
  local ties, changed, forwards, events = verdict[4], verdict[5], verdict[6], verdict[7]
  local revised = verdict[8]
  local handle = one.known
  if not handle then
    handle = redis.call('INCR', private .. 'arrivals')
    redis.call('HSET', one.ids, one.id, handle)
    redis.call('INCR', private .. 'articles')
  end
  if #body > 0 then
    local record = struct.pack('>ds', now, story) .. body
    index(one, handle)
    loaded[handle] = record
    redis.call('SET', key('article', handle), record)
    redis.call('SET', key('text', handle), text)
  end
  if revised then
    drop_ties(handle)  -- they were those of another text
  end
  for _, tie in ipairs(ties) do
    write_tie(tie[1] == 0 and handle or tie[1], tie[2] == 0 and handle or tie[2], tie[3])
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
    announce(event, ARGV[3])
  end
end

-- Return an article's request as a table.
local function opened_request(request)
  local id, bucket, strong, keys, fellows, basis, verdict = unpack(request)
  local ids = key('ids', bucket)
  return {
    id = id,
    ids = ids,
    known = tonumber(redis.call('HGET', ids, id)),
    strong = strong,
    keys = keys,
    fellows = fellows,
    basis = basis,
    verdict = verdict,
  }
end

local function place(request)
  local one = opened_request(cmsgpack.unpack(request))
  local basis, nominated = neighbourhood(one)
  if basis == one.basis then
    commit(one, cmsgpack.unpack(one.verdict))
    return 1
  end
  return {basis, one.known or 0, nominated, articles, stories, rulings}
end

local replies = {}
read_segments()
for i = 4, #ARGV - 1 do
  replies[#replies + 1] = place(ARGV[i])
end
return replies
