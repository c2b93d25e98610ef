-- Let go of stories whose time is over, if neither they nor the stories that cite them moved.
--
-- ARGV: versions that must still hold (msgpack: {{story id, version}, ...}), how many links to the
--       leaving stories there must be, what to do (msgpack: {leaving, rewritten, events}, leaving =
--       {{story id, {{handle, article id, ids bucket}, ...}}, ...}, rewritten as `write_story` takes
--       them), changes kept
-- Returns 1, or 0 when something moved and the caller has to look again.

local todo = cmsgpack.unpack(ARGV[3])

local function holds()
  local links = 0
  for _, story in ipairs(todo[1]) do
    links = links + citations(story[1])
  end
  return links == tonumber(ARGV[2]) and stand(cmsgpack.unpack(ARGV[1]))
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
