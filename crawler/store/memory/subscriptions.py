"""The twin of `RedisSubscriptions` in memory."""

from collections.abc import Sequence

from crawler.catalog.changes import Changes
from crawler.model import Feed, FeedId, Outlet, OutletId


class MemorySubscriptions:
    """What one process knows beside the shipped catalogue."""

    def __init__(self) -> None:
        self._outlets: dict[OutletId, Outlet] = {}
        self._feeds: dict[FeedId, Feed] = {}
        self._removed: set[FeedId] = set()

    async def add(self, outlets: Sequence[Outlet], feeds: Sequence[Feed]) -> None:
        """Remember outlets and feeds under their ids; a feed taken out before is wanted again."""
        self._outlets.update((outlet.id, outlet) for outlet in outlets)
        self._feeds.update((feed.id, feed) for feed in feeds)
        self._removed.difference_update(feed.id for feed in feeds)

    async def remove(self, feeds: Sequence[FeedId]) -> None:
        """Forget these feeds, and remember that no catalogue may bring them back."""
        self._removed.update(feeds)
        for feed in feeds:
            self._feeds.pop(feed, None)

    async def changes(self) -> Changes:
        """All that is remembered, by id."""
        return Changes(
            tuple(outlet for _, outlet in sorted(self._outlets.items())),
            tuple(feed for _, feed in sorted(self._feeds.items())),
            frozenset(self._removed),
        )

    async def outlet(self, name: OutletId) -> Outlet | None:
        """One of the remembered outlets, or None."""
        return self._outlets.get(name)
