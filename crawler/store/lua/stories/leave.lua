-- What `expire` and `forget` share: whether stories still stand as they were, and how an article
-- goes. Its entries in the index stay behind as bare numbers, until their segment is dropped.

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

