-- Take one article out of its story and out of past events, and record what that makes of the stories
-- around it, if nothing has moved since that was decided.
--
-- ARGV: versions that must still hold (msgpack: {{story id, version}, ...}), version of the rulings,
--       what to do (msgpack: {ties {{handle, handle, verdict}, ...}, stories as `write_story` takes
--       them, forwards, events, stories that end, ids of past events that go}), changes kept, the
--       article's handle, id and ids bucket, how many links to the ending stories there must be
-- Returns 1, or 0 when something moved and the caller has to look again.

local todo = cmsgpack.unpack(ARGV[3])

local links = 0
for _, id in ipairs(todo[5]) do
  links = links + citations(id)
end
if rulings ~= ARGV[2] or links ~= tonumber(ARGV[8]) or not stand(cmsgpack.unpack(ARGV[1])) then
  return 0
end
for _, id in ipairs(todo[5]) do
  drop_story(id, {})
end
drop_article(tonumber(ARGV[5]), ARGV[6], ARGV[7])
for _, tie in ipairs(todo[1]) do
  write_tie(tie[1], tie[2], tie[3])
end
for _, change in ipairs(todo[6]) do
  redis.call('XDEL', public .. 'changes', change)
end
regroup(todo[2], todo[3], todo[4], ARGV[4])
publish_first()
return 1
