-- -> due, due feeds, leased, later, dead; next due, next turn, next feed turn (or false)
local after = "(" .. ARGV[1]

local function due(kind)
  return call("ZCOUNT", K["due_" .. kind], "-inf", now)
    + call("ZCOUNT", K["leased_" .. kind], "-inf", now)
end

local function leased(kind) return call("ZCOUNT", K["leased_" .. kind], after, "+inf") end

-- The smallest score of these sorted sets.
local function first(...)
  local least = false
  for _, key in ipairs({ ... }) do
    local score = tonumber(call("ZRANGE", key, 0, 0, "WITHSCORES")[2])
    least = score and math.min(least or score, score) or least
  end
  return least
end

return {
  due("f") + due("e"),
  due("f"),
  leased("f") + leased("e"),
  call("ZCOUNT", K.due_e, after, "+inf"),
  call("ZCOUNT", K.dead, "(" .. ARGV[4], "+inf"),
  first(K.due_f, K.due_e),
  first(K.turns_f, K.turns_e, K.leased_f, K.leased_e),
  first(K.turns_f, K.leased_f),
}
