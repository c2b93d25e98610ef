-- Take one article out of its story, if the story has not moved since.
--
-- ARGV: the story's version (msgpack: {{story id, version}}), what to do (msgpack: {{handle,
--       article id, ids bucket}, {stories as `write_story` takes them}, events}), changes kept
-- Returns 1, or 0 when the story moved and the caller has to look again.

local todo = cmsgpack.unpack(ARGV[2])

-- Let a member point at the story that holds it now.
local function move(handle, story)
  local record = redis.call('GET', key('article', handle))
  local before, body = story_of(record)
  if before ~= story then
    local head = struct.pack('>ds', struct.unpack('>d', record), story)
    redis.call('SET', key('article', handle), head .. string.sub(record, body))
  end
end

if not stand(cmsgpack.unpack(ARGV[1])) then
  return 0
end
drop_article(todo[1][1], todo[1][2], todo[1][3])
for _, story in ipairs(todo[2]) do
  write_story(story)
  for _, handle in ipairs(story[3]) do
    move(handle, story[1])
  end
end
for _, event in ipairs(todo[3]) do
  announce(event, ARGV[3])
end
return 1
