-- Drop the changes that are older than their window. Their ids are the server's time, so it is the
-- server's time that they are compared with, not an argument.
--
-- ARGV: window_ms
-- Returns the id of the newest that went, or false.

local horizon = redis.call('TIME')[1] * 1000 - ARGV[1]
local before = string.format('(%d-0', horizon)
local last = redis.call('XREVRANGE', public .. 'changes', before, '-', 'COUNT', 1)[1]
if not last then
  return false
end
drop_changes(last[1])
return last[1]
