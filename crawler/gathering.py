"""A poll whose first answer leads on to others: which ones, and what they gave so far.

Source: docs/decisions/0133-one-poll-several-answers.md
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from crawler.fetch.conditional import Modified
from crawler.model import Entry, EntryId, FeedState
from crawler.read.feed import FeedDocument
from crawler.schedule.trust import unlisted, unmarked

CHILDREN_ASKED = 3  # sitemaps of an index, in one poll
ARCHIVES_ASKED = 5  # pages back from a gap

Version = tuple[str, str]  # a further address, and what changes when its content does


@dataclass(slots=True)
class Gathered:
    """A poll whose first answer leads on to others."""

    outcome: Modified
    document: FeedDocument
    latency: timedelta
    entries: dict[EntryId, Entry]
    further: list[Version] = field(default_factory=list)  # still to be asked
    asked: Version = ("", "")  # whose answer comes next
    archives: int = 0
    nested: bool = False  # an index of the index was followed
    stale: list[Version] = field(default_factory=list)  # sitemaps without anything recent


def further_of(state: FeedState, gathered: Gathered) -> list[Version]:
    """Return what must be asked before a poll is whole: sitemaps of an index, or an archive."""
    if gathered.document.further:
        return unmarked(state.stale, gathered.document.further)[:CHILDREN_ASKED]
    if gathered.outcome.delta:
        return []
    return archives_before(state, gathered, gathered.document, gathered.entries)


def nested_in(state: FeedState, gathered: Gathered, document: FeedDocument) -> list[Version]:
    """Return the sitemaps of an index that an index named; the protocol knows none, sites do.

    Of one such index a poll, and of none that it names in turn.
    """
    if gathered.nested or not document.further:
        return []
    gathered.nested = True
    return unmarked(state.stale, document.further)[:CHILDREN_ASKED]


def archives_before(
    state: FeedState,
    gathered: Gathered,
    document: FeedDocument,
    entries: Mapping[EntryId, Entry],
) -> list[Version]:
    """Return the archive page before one that holds nothing the feed listed when last read.

    Source: RFC 5005, 4
    """
    gap = bool(state.listed) and len(unlisted(state, list(entries.values()))) == len(entries)
    if not (document.archive and gap and entries) or gathered.archives == ARCHIVES_ASKED:
        return []
    gathered.archives += 1
    return [(document.archive, "")]
