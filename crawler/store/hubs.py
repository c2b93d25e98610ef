"""Leases with hubs, in Redis and in memory: one for each feed, kept until another replaces it."""

from redis.asyncio import Redis

from crawler.model import FeedId, HubLease
from crawler.store import keys
from crawler.store.records import decode, encode
from crawler.store.server.connection import translated


class RedisHubs:
    """What all processes know of our leases; a hash by feed."""

    def __init__(self, client: Redis) -> None:
        self._client = client

    async def lease(self, feed: FeedId) -> HubLease | None:
        """The lease of a feed, or None when none was ever asked for."""
        with translated():
            raw = await self._client.hget(keys.hubs(), feed)
        return decode(raw, HubLease) if isinstance(raw, bytes) else None

    async def keep(self, lease: HubLease) -> None:
        """Remember a lease in place of the feed's earlier one."""
        with translated():
            await self._client.hset(keys.hubs(), lease.feed, encode(lease))


class MemoryHubs:
    """`RedisHubs` for one process."""

    def __init__(self) -> None:
        self._leases: dict[FeedId, HubLease] = {}

    async def lease(self, feed: FeedId) -> HubLease | None:
        """The lease of a feed, or None when none was ever asked for."""
        return self._leases.get(feed)

    async def keep(self, lease: HubLease) -> None:
        """Remember a lease in place of the feed's earlier one."""
        self._leases[lease.feed] = lease
