"""What each outlet prints everywhere, as all who place learn it together."""

from datetime import timedelta
from typing import Any

from redis.asyncio import Redis
from zstandard import ZstdCompressor, ZstdDecompressor

from crawler.model import GenerationId, OutletId, TopicId
from crawler.ports import Lesson
from crawler.store import keys
from crawler.store.records import span
from crawler.store.server.connection import translated

_KEEP = """
if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'version', ARGV[1] + 1, 'counts', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
"""

_FIELDS = ["version", "counts"]
_compressor = ZstdCompressor(level=1)
_decompressor = ZstdDecompressor()


class RedisLessons:
    """`ports.Lessons` as one hash for each outlet, which goes when the outlet falls silent."""

    def __init__(self, client: Redis, generation: GenerationId, lifetime: timedelta) -> None:
        self._client = client
        self._generation = generation
        self._lifetime = lifetime
        self._script = client.register_script(_KEEP)

    async def recall(self, topic: TopicId, outlet: OutletId) -> Lesson:
        """What was learned of an outlet so far."""
        with translated():
            found: Any = await self._client.hmget(self._key(topic, outlet), _FIELDS)
        version, counts = found
        return Lesson(int(version), _decompressor.decompress(counts)) if version else Lesson()

    async def keep(self, topic: TopicId, outlet: OutletId, lesson: Lesson) -> bool:
        """Replace what was learned, unless somebody else did since."""
        packed, window = _compressor.compress(lesson.packed), span(self._lifetime)
        with translated():
            done: Any = await self._script(
                [self._key(topic, outlet)], [lesson.version, packed, window]
            )
        return bool(done)

    def _key(self, topic: TopicId, outlet: OutletId) -> str:
        return keys.generation(topic, self._generation, f"boilerplate:{outlet}")


class MemoryLessons:
    """`ports.Lessons` in this process."""

    def __init__(self) -> None:
        self._lessons: dict[tuple[TopicId, OutletId], Lesson] = {}

    async def recall(self, topic: TopicId, outlet: OutletId) -> Lesson:
        """What was learned of an outlet so far."""
        return self._lessons.get((topic, outlet), Lesson())

    async def keep(self, topic: TopicId, outlet: OutletId, lesson: Lesson) -> bool:
        """Replace what was learned, unless somebody else did since."""
        if (await self.recall(topic, outlet)).version != lesson.version:
            return False
        self._lessons[topic, outlet] = Lesson(lesson.version + 1, lesson.packed)
        return True
