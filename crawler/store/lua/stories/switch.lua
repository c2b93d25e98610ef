-- Let a generation that was built take the place of the one that is read, as one step. Nobody has
-- written to either since the caller began to read them: it holds `held`.
--
-- KEYS[2] is where the new generation has published so far.
-- ARGV: token, the public prefix, generations written from now on, what to do (msgpack: {ids of the
--       new one that end, stories as `write_story` takes them, forwards, names to make public,
--       public names to drop, events}), changes kept
-- Returns 1, also when it was done before and the reply was lost; 0 when the hold had ended, or other
-- generations are written than the caller believes, which is the last of ARGV.

local written = redis.call('GET', lasting .. 'written')
if written == ARGV[3] then
  return 1
end
if redis.call('GET', lasting .. 'held') ~= ARGV[1] or written ~= ARGV[#ARGV] then
  return 0
end

local built = public
local todo = cmsgpack.unpack(ARGV[4])

for _, id in ipairs(todo[1]) do
  local record, forwarding = live(id)
  if record then
    unlist(id, record)
  elseif forwarding then
    local _, target = struct.unpack('>I4s', forwarding)
    redis.call('SREM', key('aliases', target), id)
  end
  redis.call('UNLINK', key('story', id), key('aliases', id), key('citing', id),
    built .. 'story:' .. id)
end
for _, story in ipairs(todo[2]) do
  write_story(story)
  adopt(story[1], story[3], {})
end
for _, moved in ipairs(todo[3]) do
  forward(moved[1], moved[2])
end
for _, name in ipairs(todo[5]) do
  redis.call('UNLINK', ARGV[2] .. name)
end
for _, name in ipairs(todo[4]) do
  if redis.call('EXISTS', built .. name) == 1 then
    redis.call('RENAME', built .. name, ARGV[2] .. name)
  end
end

public = ARGV[2]
for _, event in ipairs(todo[6]) do
  announce(event, ARGV[5])
end
redis.call('SET', lasting .. 'written', ARGV[3])
redis.call('DEL', lasting .. 'held')
return 1
