"""The operator's own outlets and feeds in Redis: two hashes and a set, kept until removed."""

from collections.abc import Sequence
from typing import Any

from redis.asyncio import Redis

from crawler.catalog.changes import Changes
from crawler.model import Feed, FeedId, Outlet, OutletId
from crawler.store import keys
from crawler.store.records import decode, encode
from crawler.store.server.connection import translated


class RedisSubscriptions:
    """What every process of the installation knows beside the shipped catalogue."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._keys = keys.subscriptions()

    async def add(self, outlets: Sequence[Outlet], feeds: Sequence[Feed]) -> None:
        """Remember outlets and feeds under their ids; a feed taken out before is wanted again."""
        async with self._client.pipeline(transaction=True) as step:
            for outlet in outlets:
                step.hset(self._keys["outlets"], outlet.id, encode(outlet))
            for feed in feeds:
                step.hset(self._keys["feeds"], feed.id, encode(feed))
                step.srem(self._keys["removed"], feed.id)
            with translated():
                await step.execute()

    async def remove(self, feeds: Sequence[FeedId]) -> None:
        """Forget these feeds, and remember that no catalogue may bring them back."""
        async with self._client.pipeline(transaction=True) as step:
            for feed in feeds:
                step.hdel(self._keys["feeds"], feed)
                step.sadd(self._keys["removed"], feed)
            with translated():
                await step.execute()

    async def changes(self) -> Changes:
        """All that is remembered, by id."""
        async with self._client.pipeline(transaction=True) as step:
            step.hgetall(self._keys["outlets"])
            step.hgetall(self._keys["feeds"])
            step.smembers(self._keys["removed"])
            with translated():
                outlets, feeds, removed = await step.execute()
        return Changes(
            tuple(decode(raw, Outlet) for _, raw in sorted(outlets.items())),
            tuple(decode(raw, Feed) for _, raw in sorted(feeds.items())),
            frozenset(FeedId(name.decode()) for name in removed),
        )

    async def outlet(self, name: OutletId) -> Outlet | None:
        """One of the remembered outlets, or None."""
        with translated():
            raw: Any = await self._client.hget(self._keys["outlets"], name)
        return None if raw is None else decode(raw, Outlet)
