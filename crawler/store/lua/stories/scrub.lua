-- Delete changes that tell of what is forgotten, and tell again what nothing else tells.
--
-- ARGV: ids of changes (msgpack), events as `announce` takes them (msgpack), changes kept
-- Returns how many changes there were.

for _, event in ipairs(cmsgpack.unpack(ARGV[2])) do
  announce(event, ARGV[3])
end
local gone = redis.call('XDEL', public .. 'changes', unpack(cmsgpack.unpack(ARGV[1])))
publish_first()
return gone
