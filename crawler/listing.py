"""Use case: what is polled, which is the shipped catalogue with the operator's changes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crawler.catalog.changes import Changes, changed, differing
from crawler.catalog.outlets import Catalogue, address_of, feed_id
from crawler.errors import ConfigError, SourceError
from crawler.fetch.urls import normal_address
from crawler.model import Feed
from crawler.ports import Frontier, Subscriptions


def polled_address(url: str) -> str:
    """Return the one spelling under which a feed is known and asked; empty for an empty one.

    Raises:
        ConfigError: It cannot be polled.
    """
    try:
        address = address_of(url)
        return normal_address(address) if address else ""
    except ValueError as error:
        raise ConfigError(f"{url!r} cannot be polled", str(error)) from error
    except SourceError as error:
        raise ConfigError(f"{url!r} cannot be polled", error.problem) from error


def spelled_alike(given: Catalogue) -> tuple[Catalogue, tuple[tuple[str, str], ...]]:
    """Return a list with its feeds under their polled addresses, the first of those that share one.

    Returns:
        The list, and each address that cannot be polled with the reason.
    """
    feeds: dict[str, Feed] = {}
    unfit: list[tuple[str, str]] = []
    for feed in given.feeds:
        try:
            url = polled_address(feed.url)
        except ConfigError as error:
            unfit.append((feed.url, error.remedy))
        else:
            feeds.setdefault(url, replace(feed, id=feed_id(url), url=url))
    return Catalogue(given.outlets, tuple(feeds.values())), tuple(unfit)


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What a list brought: what was not known, and its feeds that were taken out by name."""

    new: Catalogue
    unwanted: tuple[Feed, ...]


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

    async def take_in(self, given: Catalogue) -> TakenIn:
        """Take in a list, except for feeds that were taken out; only `add` brings those back."""
        removed = (await self._subscriptions.changes()).removed
        wanted = changed(given, Changes(removed=removed))
        unwanted = tuple(feed for feed in given.feeds if feed.id in removed)
        return TakenIn(await self.add(wanted), unwanted)

    async def register(self, given: Catalogue | None = None) -> Sequence[Feed]:
        """Make the schedule hold the catalogue, or only a given one, which is thereby taken in.

        Returns:
            The given feeds that are not wanted: they were taken out by name.
        """
        if given is None:
            await self._frontier.register((await self.catalogue()).feeds)
            return ()
        unwanted = (await self.take_in(given)).unwanted
        out = frozenset(unwanted)
        await self._frontier.register([feed for feed in given.feeds if feed not in out])
        return unwanted
