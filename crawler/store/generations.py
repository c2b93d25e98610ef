"""Which generations of stories there are, and which of them each topic writes.

The crawl's `meta` names the generation that is read and the one that is built, with the recipe
of each. What a topic writes stands in its own slot, where scripts compare it with what their
callers believe: so no writer misses the beginning of a build or a switch, however long it runs.

Source: docs/decisions/0190-generations.md
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec
from redis.asyncio import Redis

from crawler.errors import ConfigError
from crawler.model import (
    ANOTHERS,
    Generation,
    GenerationId,
    Recipe,
    RecipeId,
    Succession,
    TopicId,
)
from crawler.ports import KeptStories, Leftover, Size, Succeed
from crawler.store import keys
from crawler.store.story_shelf import Edition, ask
from crawler.store.switching import StorySwitch

ANEW = "or begin with an empty store (another KORDON_HOME, or another database of your Redis)"
BOTH = "+"  # between the generation that is read and the one that is built
HELD_SECONDS = 0.05  # between two looks whether a switch is over
SCANNED = 1_000  # keys at once
SAMPLED_EVERY = 16  # keys whose size is asked for

_MARK = """
if redis.call('EXISTS', KEYS[2]) == 1 or (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2])
return 1
"""

OpenStories = Callable[[Recipe, Edition], KeptStories]
OpenSwitch = Callable[[Recipe, Edition], StorySwitch]
Written = Sequence[tuple[Generation, KeptStories]]


class RedisGenerations:
    """`ports.Generations` on a server; any number of processes may share it.

    Args:
        recipe: What this Kordon fingerprints with.
        stories: Opens a generation to be written and read.
        switching: Opens one to be switched.
    """

    def __init__(
        self, client: Redis, recipe: Recipe, stories: OpenStories, switching: OpenSwitch
    ) -> None:
        self._client = client
        self._recipe = recipe
        self._stories = stories
        self._switching = switching
        self._mark = client.register_script(_MARK)
        self._generations: dict[str, Generation] = {}
        self._known: dict[TopicId, Written] = {}
        self._opened: dict[tuple[GenerationId, bytes], KeptStories] = {}

    async def written(self, topic: TopicId, *, anew: bool = False) -> Written:
        """What is written, the generation that is read first; see `ports.Generations`."""
        if anew or topic not in self._known:
            await self._released(topic)
            mark, (read, *built) = await self._marked(topic)
            fit = [one for one in built if self._can_make(one)]
            self._known[topic] = [(one, self._open(one, mark, one != read)) for one in (read, *fit)]
        return self._known[topic]

    async def reading(self, topic: TopicId) -> tuple[Generation, KeptStories]:
        """What is read, as of now."""
        mark, (read, *_) = await self._marked(topic)
        return read, self._open(read, mark, coming=False)

    async def begin(self, recipe: Recipe, topics: Sequence[TopicId]) -> Generation:
        """Have a generation under this recipe written from now on, or go on with such a one."""
        generation = await self.coming() or await self._registered(recipe)
        if generation.recipe != recipe:
            raise ConfigError(
                f"generation {generation.id} is being built under another recipe",
                "switch to it with the Kordon that builds it, or `kordon index retire --build`",
            )
        for topic in topics:
            await self._write(topic, generation)
        return generation

    async def coming(self) -> Generation | None:
        """The generation that is being built, or None."""
        name = await ask(self._client.hget(keys.meta(), "coming"))
        return await self._generation(name.decode()) if name else None

    async def switch(self, topic: TopicId, succeed: Succeed) -> Succession:
        """Let the one that was built be read from now on; see `ports.Generations`."""
        mark, (read, *built) = await self._marked(topic)
        if not built:
            raise ConfigError(f"no generation of {topic} is being built", "`kordon index build`")
        old = self._switching(read.recipe, Edition(read.id, coming=False, written=mark))
        new = self._switching(built[0].recipe, Edition(built[0].id, coming=True, written=mark))
        return await new.switch(topic, old, succeed)

    async def settle(self) -> None:
        """Make the one that was built current for every topic without stories of its own."""
        if coming := await self.coming():
            async with self._client.pipeline(transaction=True) as pipe:
                pipe.hset(keys.meta(), "recipe", coming.id)
                pipe.hdel(keys.meta(), "coming")
                await ask(pipe.execute())

    async def give_up(self, topics: Sequence[TopicId]) -> int:
        """Build the coming one no more and remove it; see `ports.Generations`."""
        if (coming := await self.coming()) is None:
            raise ConfigError(
                "no generation is being built",
                "`kordon index retire` removes what is not read any more",
            )
        built = []
        for topic in topics:
            read = await self._write(topic, None)
            built += [keys.generation(topic, coming.id, "*")] if read != coming else []
        await ask(self._client.hdel(keys.meta(), "coming"))
        return sum([await self._unlinked(pattern) for pattern in built])

    async def left(self, topic: TopicId) -> Sequence[Leftover]:
        """What `retire` would remove of a topic; see `ports.Generations`."""
        _, used = await self._marked(topic)
        names = await self._registered_names() - {one.id for one in used}
        counts = {
            name: await ask(self._client.get(keys.generation(topic, name, "articles")))
            for name in sorted(names)
        }
        return [
            Leftover(name, int(count), await self._size(topic, name))
            for name, count in counts.items()
            if count
        ]

    async def retire(self, topics: Sequence[TopicId]) -> int:
        """Remove what is neither read nor built, and its leftovers; return how many keys."""
        return sum([await self._cleared(topic) for topic in topics])

    async def size(self, topic: TopicId, generation: Generation) -> Size:
        """What a generation of a topic takes in the store, its bytes from a sample."""
        return await self._size(topic, generation.id)

    async def _size(self, topic: TopicId, which: GenerationId) -> Size:
        count = total = 0
        async for names in self._scanned(keys.generation(topic, which, "*")):
            pipe = self._client.pipeline(transaction=False)
            for name in names[::SAMPLED_EVERY]:
                pipe.memory_usage(name, samples=0)
            found = [size for size in await ask(pipe.execute()) if size]
            count += len(names)
            total += sum(found) * len(names) // max(1, len(found))
        return Size(count, total)

    async def _released(self, topic: TopicId) -> None:
        """Wait for the end of a switch that is under way; its hold ends by itself."""
        held = keys.lasting(topic, "held")
        while await ask(self._client.exists(held)):  # noqa: ASYNC110 - another process ends it
            await asyncio.sleep(HELD_SECONDS)

    # --- records -----------------------------------------------------------------------------

    async def _marked(self, topic: TopicId) -> tuple[bytes, Sequence[Generation]]:
        """Return what the topic's own record says, and the generations that it means."""
        mark = await ask(self._client.get(keys.lasting(topic, "written"))) or b""
        names = mark.decode().split(BOTH) if mark else await self._names()
        return mark, [await self._generation(name) for name in names]

    async def _names(self) -> list[str]:
        found: Any = await ask(self._client.hmget(keys.meta(), ["recipe", "coming"]))
        read, coming = found
        return [read.decode() if read else self._recipe.id, *([coming.decode()] if coming else ())]

    async def _generation(self, name: str) -> Generation:
        if name not in self._generations:
            recipe = await ask(self._client.hget(keys.meta(), recipe_field(name)))
            self._generations[name] = generation_of(name, recipe, self._recipe)
        return self._generations[name]

    async def _registered_names(self) -> set[GenerationId]:
        """Return every generation that there ever was, by its id."""
        fields = await ask(self._client.hkeys(keys.meta()))
        prefix = recipe_field("")
        names = (field.decode() for field in fields)
        return {
            GenerationId(name.removeprefix(prefix)) for name in names if name.startswith(prefix)
        }

    async def _registered(self, recipe: Recipe) -> Generation:
        """Return a new generation on record; the one that another process registered first."""
        number = await ask(self._client.hincrby(keys.meta(), "generations", 1)) + 1
        name = Generation(recipe, number).id
        async with self._client.pipeline(transaction=True) as pipe:
            pipe.hset(keys.meta(), recipe_field(name), msgspec.json.encode(recipe))
            pipe.hsetnx(keys.meta(), "coming", name)
            pipe.hget(keys.meta(), "coming")
            *_, coming = await ask(pipe.execute())
        return await self._generation(coming.decode())

    async def _write(self, topic: TopicId, built: Generation | None) -> Generation:
        """Have a topic write what it reads, which is returned, and this one besides.

        Not what it read before a switch that is under way: that is waited for.
        """
        names = [keys.lasting(topic, "written"), keys.lasting(topic, "held")]
        while True:
            await self._released(topic)
            mark, (read, *_) = await self._marked(topic)
            both = [read.id] if built in (None, read) else [read.id, built.id]
            if await ask(self._mark(names, [mark, BOTH.join(both)])):
                return read

    # --- opening -----------------------------------------------------------------------------

    def _open(self, generation: Generation, mark: bytes, coming: bool) -> KeptStories:
        """Return the stories of a generation; whoever places together shares them."""
        which = generation.id, mark
        if which not in self._opened:
            edition = Edition(generation.id, coming=coming, written=mark)
            self._opened[which] = self._stories(generation.recipe, edition)
        return self._opened[which]

    def _can_make(self, generation: Generation) -> bool:
        return generation.recipe.versions == self._recipe.versions

    # --- clearing ----------------------------------------------------------------------------

    async def _cleared(self, topic: TopicId) -> int:
        _, used = await self._marked(topic)
        kept = [keys.lasting(topic, "")] + [keys.generation(topic, one.id, "") for one in used]
        leftover = keys.coming(topic, used[0].id, "")
        count = 0
        async for names in self._scanned(keys.private(topic, "*")):
            gone = [n for n in names if n.startswith(leftover) or not n.startswith(tuple(kept))]
            count += await self._unlink(gone)
        return count

    async def _unlinked(self, pattern: str) -> int:
        return sum([await self._unlink(names) async for names in self._scanned(pattern)])

    async def _unlink(self, names: Sequence[str]) -> int:
        if names:
            await ask(self._client.unlink(*names))
        return len(names)

    async def _scanned(self, pattern: str) -> AsyncIterator[list[str]]:
        cursor, began = 0, False
        while cursor or not began:
            began = True
            cursor, names = await ask(self._client.scan(cursor, match=pattern, count=SCANNED))
            yield [name.decode() for name in names]


def recipe_field(name: str) -> str:
    """Return the field of `meta` that holds a generation's recipe."""
    return f"recipe:{name}"


def generation_of(name: str, recipe: bytes | None, ours: Recipe) -> Generation:
    """Return the generation of this name; `recipe` is its record, which the first may lack.

    A recipe that has more numbers than ours, or fewer, is another Kordon's: what was built under it
    can be read, and nobody here can write it.
    """
    recipe_id, _, number = name.partition(".")
    known = msgspec.json.decode(recipe, type=Recipe) if recipe else ours
    if known.id == recipe_id:
        return Generation(known, int(number or 1))
    return Generation(ANOTHERS, int(number or 1), RecipeId(recipe_id))
