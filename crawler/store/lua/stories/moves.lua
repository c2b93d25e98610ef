-- What `place` and `rule` share: how articles and ids move from one story to another.

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

