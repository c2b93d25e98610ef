"""How far telling a hub has come, in Redis and in memory: one record for each topic."""

from typing import Any

from redis.asyncio import Redis

from crawler.model import ChangeId, TopicId
from crawler.ports import Tell
from crawler.schedule.announcing import Bulletin
from crawler.store import keys
from crawler.store.records import decode, encode
from crawler.store.server.connection import translated

# Replace a topic's record (of the hash KEYS[1], under ARGV[1]) if it is still the one that was read
# (ARGV[2]) by another (ARGV[3]). Returns 1, or 0.
_REPLACE = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then
  return 0
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
"""


class RedisAnnouncements:
    """`ports.Announcements` as a hash of the crawl; only who has read a record replaces it."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._replace = client.register_script(_REPLACE)

    async def bulletin(self, topic: TopicId) -> Bulletin | None:
        """The topic's, or None before it was begun."""
        raw = await self._raw(topic)
        return decode(raw, Bulletin) if raw else None

    async def begin(self, topic: TopicId, start: ChangeId) -> Bulletin:
        """The topic's, which begins at `start` unless it was begun before."""
        with translated():
            await self._client.hsetnx(keys.bulletins(), topic, encode(Bulletin(topic, start)))
        return decode(await self._raw(topic), Bulletin)

    async def change(self, topic: TopicId, step: Tell) -> Bulletin | None:
        """Record what `step` makes of the topic's bulletin; None when it makes nothing of it."""
        while raw := await self._raw(topic):
            after = step(decode(raw, Bulletin))
            if after is None or await self._replaced(topic, raw, after):
                return after
        return None

    async def _replaced(self, topic: TopicId, raw: bytes, after: Bulletin) -> bool:
        with translated():
            done: Any = await self._replace([keys.bulletins()], [topic, raw, encode(after)])
        return bool(done)

    async def _raw(self, topic: TopicId) -> bytes:
        with translated():
            raw: Any = await self._client.hget(keys.bulletins(), topic)
        return bytes(raw or b"")


class MemoryAnnouncements:
    """`RedisAnnouncements` for one process."""

    def __init__(self) -> None:
        self._bulletins: dict[TopicId, Bulletin] = {}

    async def bulletin(self, topic: TopicId) -> Bulletin | None:
        """The topic's, or None before it was begun."""
        return self._bulletins.get(topic)

    async def begin(self, topic: TopicId, start: ChangeId) -> Bulletin:
        """The topic's, which begins at `start` unless it was begun before."""
        return self._bulletins.setdefault(topic, Bulletin(topic, start))

    async def change(self, topic: TopicId, step: Tell) -> Bulletin | None:
        """Record what `step` makes of the topic's bulletin; None when it makes nothing of it."""
        before = self._bulletins.get(topic)
        after = step(before) if before else None
        if after is not None:
            self._bulletins[topic] = after
        return after
