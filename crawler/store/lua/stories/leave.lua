-- What `expire`, `forget` and `rule` share: whether stories still stand as they were; and how a story
-- and an article go. An article's entries in the index stay behind as bare numbers, until their
-- segment is dropped.

-- Whether every {story id, version} still holds.
local function stand(expected)
  for _, story in ipairs(expected) do
    local record = live(story[1])
    if not record or struct.unpack('>I4', record) ~= story[2] then
      return false
    end
  end
  return true
end

local function drop_article(handle, id, ids)
  drop_ties(handle)
  redis.call('UNLINK', key('article', handle), key('text', handle))
  redis.call('HDEL', key('ids', ids), id)
  redis.call('DECR', private .. 'articles')
end

-- Return how many links there are to a story, be it under an id that forwards to it.
local function citations(id)
  local count = redis.call('SCARD', key('citing', id))
  for _, alias in ipairs(redis.call('SMEMBERS', key('aliases', id))) do
    count = count + redis.call('SCARD', key('citing', alias))
  end
  return count
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
