-- What `place`, `rule`, `forget` and `switch` share: how articles and ids move from one story to
-- another, and how they are tied.

local function write_entry(owner, other, flag, verdict)
  local where, entry = key('ties', owner), packed(other)
  local ties = without_tie(redis.call('GET', where) or '', entry)
  redis.call('SET', where, ties .. entry .. flag .. verdict)
end

-- Remember a tie in place of an earlier one of the same two.
local function write_tie(one, other, verdict)
  write_entry(one, other, '\1', verdict)
  write_entry(other, one, '\0', verdict)
end

-- Let members point at the story that holds them now.
local function adopt(story, handles, loaded)
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

-- Record what a regrouping makes of stories.
local function regroup(stories, forwards, events, longest)
  for _, moved in ipairs(forwards) do
    forward(moved[1], moved[2])
  end
  for _, story in ipairs(stories) do
    write_story(story)
    adopt(story[1], story[3], {})
  end
  for _, event in ipairs(events) do
    announce(event, longest)
  end
end
