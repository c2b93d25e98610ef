-- Let go of stories whose time is over, if neither they nor the stories that cite them moved.
--
-- ARGV: versions that must still hold (msgpack: {{story id, version}, ...}), how many links to the
--       leaving stories there must be, what to do (msgpack: {leaving, rewritten, events}, leaving =
--       {{story id, {{handle, article id, ids bucket}, ...}}, ...}, rewritten as `write_story` takes
--       them), changes kept
-- Returns 1, or 0 when something moved and the caller has to look again.

local todo = cmsgpack.unpack(ARGV[3])

local function citations(id)
  local count = redis.call('SCARD', key('citing', id))
  for _, alias in ipairs(redis.call('SMEMBERS', key('aliases', id))) do
    count = count + redis.call('SCARD', key('citing', alias))
  end
  return count
end

local function holds()
  local links = 0
  for _, story in ipairs(todo[1]) do
    links = links + citations(story[1])
  end
  return links == tonumber(ARGV[2]) and stand(cmsgpack.unpack(ARGV[1]))
end

local function drop_story(id, members)
  unlist(id, live(id))
  for _, alias in ipairs(redis.call('SMEMBERS', key('aliases', id))) do
    redis.call('UNLINK', key('story', alias), public .. 'story:' .. alias, key('citing', alias))
  end
  for _, member in ipairs(members) do
    drop_article(member[1], member[2], member[3])
  end
  redis.call('UNLINK', key('story', id), public .. 'story:' .. id, key('aliases', id),
    key('citing', id))
end

if not holds() then
  return 0
end
for _, story in ipairs(todo[2]) do
  write_story(story)
end
for _, story in ipairs(todo[1]) do
  drop_story(story[1], story[2])
end
for _, event in ipairs(todo[3]) do
  announce(event, ARGV[4])
end
return 1
