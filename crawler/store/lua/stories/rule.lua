-- Record rulings and what they make of stories, if nothing has moved since that was decided.
--
-- ARGV: versions that must still hold (msgpack: {{story id, version}, ...}), version of the rulings,
--       what to do (msgpack: {rulings {{subject, record}, ...}, stories as `write_story` takes them,
--       forwards, events}), changes kept
-- Returns 1, or 0 when something moved and the caller has to look again.

local todo = cmsgpack.unpack(ARGV[3])

if rulings ~= ARGV[2] or not stand(cmsgpack.unpack(ARGV[1])) then
  return 0
end
if #todo[1] > 0 then
  redis.call('INCR', lasting .. 'rulings:version')
end
for _, ruling in ipairs(todo[1]) do
  redis.call('HSET', lasting .. 'rulings', ruling[1], ruling[2])
end
regroup(todo[2], todo[3], todo[4], ARGV[4])
return 1
