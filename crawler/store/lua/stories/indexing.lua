-- How an article is written into the index.

-- Return the segment to write to; a new one when that is half a window old.
local function writable(one)
  local newest = tonumber(segments[1])
  if not newest or newest < now - window / 2 then
    table.insert(segments, 1, ARGV[1])
    redis.call('LPUSH', private .. 'segments', ARGV[1])
    one.newest = {}
  end
  return private .. 'index:' .. segments[1]
end

-- Return what a key holds, with room for one more: the article itself is gone if its text was
-- revised, or the oldest if there are too many.
local function with_room(held, article)
  for at = 1, #held, HANDLE do
    if sub(held, at, at + HANDLE - 1) == article then
      return sub(held, 1, at - 1) .. sub(held, at + HANDLE)
    end
  end
  return #held < HOT * HANDLE and held or sub(held, HANDLE + 1)
end

local function index(one, handle)
  local segment, article, row = writable(one), packed(handle), {}
  for i, name in ipairs(one.keys) do
    local held = one.newest[i]
    row[2 * i - 1] = name
    row[2 * i] = held and with_room(held, article) .. article or article
  end
  if #row > 0 then
    redis.call('HSET', segment, unpack(row))
  end
end

