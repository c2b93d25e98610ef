-- Drop some of the changes that are older than their window, the oldest first. Their ids are the
-- server's time, so it is the server's time that they are compared with, not an argument.
--
-- ARGV: window_ms, how many at the most
-- Returns how many went.

local horizon = redis.call('TIME')[1] * 1000 - ARGV[1]
local before = string.format('(%d-0', horizon)
local over = redis.call('XRANGE', public .. 'changes', '-', before, 'COUNT', ARGV[2])
if #over > 0 then
  drop_changes(over[#over][1])
end
return #over
