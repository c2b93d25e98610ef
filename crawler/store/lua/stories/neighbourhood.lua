-- What hangs together with a newcomer: all that a verdict on it may rest on.

local VERDICT = 5  -- where in a tie its relation stands
local TOGETHER = 5  -- relations below this one (digest and what joins) hold a component together

local articles, stories, loaded  -- {handle, article, ties, ...}, {id, story, ...}, by handle

-- Load articles with their ties, as far as they are there.
local function load(handles)
  if #handles == 0 then
    return
  end
  local wanted = {}
  for _, handle in ipairs(handles) do
    wanted[#wanted + 1] = key('article', handle)
    wanted[#wanted + 1] = key('ties', handle)
  end
  local values = redis.call('MGET', unpack(wanted))
  for i, handle in ipairs(handles) do
    if values[2 * i - 1] then
      loaded[handle] = values[2 * i - 1]
      articles[#articles + 1] = handle
      articles[#articles + 1] = values[2 * i - 1]
      articles[#articles + 1] = values[2 * i] or ''
    end
  end
end

-- Return the handles of some lists that are not loaded yet, each once, so many at most.
local function missing(lists, most)
  local found, listed = {}, {}
  for _, handles in ipairs(lists) do
    for _, handle in ipairs(handles) do
      if not loaded[handle] and not listed[handle] and #found < most then
        found[#found + 1] = handle
        listed[handle] = true
      end
    end
  end
  return found
end

-- Return the articles that one is tied to so that they may come to stand in one story.
local function tied(ties)
  local found = {}
  for at = 1, #ties, TIE do
    if string.byte(ties, at + VERDICT) < TOGETHER then
      found[#found + 1] = struct.unpack('>I4', ties, at)
    end
  end
  return found
end

-- Load all that hangs together with the articles loaded so far, canonicals before others; return
-- what a verdict on it rests on.
local function load_component()
  local seen, rests, ties, from = {}, {}, 0, 1
  while from <= #articles do
    local canonicals, others, upto = {}, {}, #articles
    for i = from, upto, 3 do
      local story = story_of(articles[i + 1])
      if not seen[story] then
        seen[story] = true
        stories[#stories + 1] = story
        stories[#stories + 1] = redis.call('GET', key('story', story))
        local version, _, _, handles, canonical = opened(stories[#stories])
        rests[#rests + 1] = story .. ':' .. version
        canonicals[#canonicals + 1] = canonical
        others[#others + 1] = handles
      end
      others[#others + 1] = tied(articles[i + 2])
      ties = ties + #articles[i + 2]
    end
    load(missing({canonicals}, #canonicals))
    load(missing(others, LOADED - #articles / 3))
    from = upto + 1
  end
  return table.concat(rests, ',') .. '|' .. ties
end

-- Load the nominated articles that are within the window; return their handles, packed.
local function load_nominated(one)
  load(candidates(one))
  local kept, nominated = {}, {}
  for i = 1, #articles, 3 do
    if struct.unpack('>d', articles[i + 1]) >= now - window then
      nominated[#nominated + 1] = packed(articles[i])
      kept[#kept + 1] = articles[i]
      kept[#kept + 1] = articles[i + 1]
      kept[#kept + 1] = articles[i + 2]
    else
      loaded[articles[i]] = nil
    end
  end
  articles = kept
  return table.concat(nominated)
end

-- Return the articles that operators put together with this one.
local function fellows(one)
  local found = {}
  for _, fellow in ipairs(one.fellows) do
    found[#found + 1] = tonumber(redis.call('HGET', key('ids', fellow[2]), fellow[1]))
  end
  return found
end

-- Load an article's neighbourhood; return its basis and the nominated handles.
local function neighbourhood(one)
  articles, stories, loaded = {}, {}, {}
  local nominated, seen = load_nominated(one), ''
  if one.known then
    load(missing({{one.known}}, 1))
    seen = one.known .. ':' .. string.sub(loaded[one.known], 1, 8)
  end
  load(missing({fellows(one)}, LOADED))
  if #articles == 0 then
    return rulings, nominated
  end
  return rulings .. '|' .. seen .. '|' .. nominated .. '|' .. load_component(), nominated
end

