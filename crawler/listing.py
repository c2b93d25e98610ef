"""Use case: what is polled, which is the shipped catalogue with the operator's changes."""

from collections.abc import Sequence
from dataclasses import replace

from crawler.catalog.changes import Changes, changed, differing
from crawler.catalog.outlets import Catalogue
from crawler.model import Feed
from crawler.ports import Frontier, Subscriptions


class Listing:
    """Takes feeds in and out, for good: in the catalogue first, then in the schedule.

    A crash between the two is mended by the next run, which registers the catalogue.
    """

    def __init__(
        self, subscriptions: Subscriptions, frontier: Frontier, shipped: Catalogue
    ) -> None:
        self._subscriptions = subscriptions
        self._frontier = frontier
        self._shipped = shipped

    async def catalogue(self) -> Catalogue:
        """Return every outlet and feed there is; feeds that were taken out are not there."""
        return changed(self._shipped, await self._subscriptions.changes())

    async def add(self, given: Catalogue) -> Catalogue:
        """Take in outlets and feeds, also those taken out before; return what was not known."""
        new = differing(given, await self.catalogue())
        await self._subscriptions.add(new.outlets, new.feeds)
        await self._frontier.register(new.feeds)
        return new

    async def remove(self, feeds: Sequence[Feed]) -> None:
        """Take feeds out; what their polls taught stays, in case they come back."""
        await self._subscriptions.remove([feed.id for feed in feeds])
        scheduled = {state.feed.id for state in await self._frontier.feeds()}
        await self._frontier.register(
            [replace(feed, enabled=False) for feed in feeds if feed.id in scheduled]
        )

    async def register(self, given: Catalogue | None = None) -> int:
        """Make the schedule hold the catalogue, or only a given one, which is thereby taken in.

        Returns:
            How many of the given feeds are not wanted: they were taken out by name.
        """
        if given is None:
            await self._frontier.register((await self.catalogue()).feeds)
            return 0
        removed = (await self._subscriptions.changes()).removed
        wanted = changed(given, Changes(removed=removed))
        await self.add(wanted)
        await self._frontier.register(wanted.feeds)
        return len(given.feeds) - len(wanted.feeds)
