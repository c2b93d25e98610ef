"""What was forgotten on purpose, in Redis and in memory."""

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

from crawler.model import ArticleId, OutletId, Tombstone
from crawler.store import keys
from crawler.store.records import decode, encode
from crawler.store.server.connection import translated


class RedisTombstones:
    """`ports.Tombstones` as one hash of the crawl; kept for good, some hundred bytes each."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._key = keys.tombstones()

    async def add(self, stones: Sequence[Tombstone]) -> None:
        """Remember these; a subject's newest stays."""
        if stones:
            with translated():
                await self._client.hset(
                    self._key, mapping={stone.subject: encode(stone) for stone in stones}
                )

    async def cover(self, article: ArticleId, outlet: OutletId) -> bool:
        """Tell whether the article, or all of its outlet, was forgotten."""
        with translated():
            found = await self._client.hmget(self._key, [article, outlet])
        return any(found)

    async def all(self) -> Sequence[Tombstone]:
        """Every tombstone, newest first."""
        with translated():
            stones: Any = await self._client.hgetall(self._key)
        return newest_first([decode(raw, Tombstone) for raw in stones.values()])


class MemoryTombstones:
    """`ports.Tombstones` in this process."""

    def __init__(self) -> None:
        self._stones: dict[str, Tombstone] = {}

    async def add(self, stones: Sequence[Tombstone]) -> None:
        """Remember these; a subject's newest stays."""
        self._stones |= {stone.subject: stone for stone in stones}

    async def cover(self, article: ArticleId, outlet: OutletId) -> bool:
        """Tell whether the article, or all of its outlet, was forgotten."""
        return article in self._stones or outlet in self._stones

    async def all(self) -> Sequence[Tombstone]:
        """Every tombstone, newest first."""
        return newest_first(list(self._stones.values()))


def newest_first(stones: Sequence[Tombstone]) -> Sequence[Tombstone]:
    """Return tombstones by time, the newest first."""
    return sorted(stones, key=lambda stone: (stone.at, stone.subject), reverse=True)
