"""What an operator changes about a catalogue: outlets and feeds of their own, feeds not wanted."""

from dataclasses import dataclass

from crawler.catalog.outlets import Catalogue
from crawler.model import Feed, FeedId, Outlet


@dataclass(frozen=True, slots=True)
class Changes:
    """Outlets and feeds that stand beside or in place of others, by id, and feeds taken out."""

    outlets: tuple[Outlet, ...] = ()
    feeds: tuple[Feed, ...] = ()
    removed: frozenset[FeedId] = frozenset()


def changed(catalogue: Catalogue, changes: Changes) -> Catalogue:
    """Return the catalogue with the changes made; what is new comes last."""
    outlets = {outlet.id: outlet for outlet in (*catalogue.outlets, *changes.outlets)}
    feeds = {feed.id: feed for feed in (*catalogue.feeds, *changes.feeds)}
    kept = (feed for feed in feeds.values() if feed.id not in changes.removed)
    return Catalogue(tuple(outlets.values()), tuple(kept))


def differing(given: Catalogue, known: Catalogue) -> Catalogue:
    """Return of a given catalogue only what the known one does not say already."""
    outlets, feeds = frozenset(known.outlets), frozenset(known.feeds)
    return Catalogue(
        tuple(outlet for outlet in given.outlets if outlet not in outlets),
        tuple(feed for feed in given.feeds if feed not in feeds),
    )
