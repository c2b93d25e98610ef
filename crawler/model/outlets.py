"""Who publishes, and where we ask."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawler.model.ids import EntryId, FeedId, OutletId


class Redistribution(StrEnum):
    """How much of an outlet's text may leave this installation."""

    LINK = "link"
    EXCERPT = "excerpt"
    FULL = "full"


class Screening(StrEnum):
    """Whether an outlet's entries and pages are screened before much is spent on them."""

    GENERAL = ""  # where it publishes about everything, by country and kind
    ALWAYS = "yes"
    NEVER = "no"


@dataclass(frozen=True, slots=True)
class Outlet:
    """A publisher."""

    id: OutletId
    name: str
    homepage: str = ""
    country: str = ""  # ISO 3166-1 alpha-2, or empty when unknown
    languages: tuple[str, ...] = ()  # ISO 639-1
    kind: str = ""
    state_controlled: bool = False
    time_zone: str = ""  # IANA name, or empty when unknown
    redistribute: Redistribution = Redistribution.EXCERPT
    keep_text_days: int = 90
    closed: bool = False
    screen: Screening = Screening.GENERAL


@dataclass(frozen=True, slots=True)
class Feed:
    """An address we poll."""

    id: FeedId
    outlet: OutletId
    url: str
    enabled: bool = True
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Validators:
    """What the publisher gave us to ask with next time, byte for byte."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a feed brings news, as its polls have shown; old evidence fades.

    Each tuple is empty until something was watched. Hours are of the day in UTC, days of the
    week from Monday.
    """

    news_by_hour: tuple[float, ...] = ()  # entries
    watched_by_hour: tuple[float, ...] = ()  # days
    news_by_day: tuple[float, ...] = ()
    watched_by_day: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a feed's body asks of those who poll it; it holds until a later body says otherwise."""

    floor_seconds: float = 0.0  # RSS ttl, sy:updatePeriod
    skip_hours: tuple[int, ...] = ()  # 0-23, UTC
    skip_days: tuple[int, ...] = ()  # Monday is 0, UTC
    hub: str = ""  # WebSub
    topic: str = ""  # the feed's own address, under which its hub knows it


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed with everything its polls have taught us; what decides the next poll."""

    feed: Feed
    validators: Validators = Validators()
    interval_seconds: float = 0.0  # the last wait that the rhythm asked for; 0 until the first poll
    failures: int = 0  # in a row
    next_poll: datetime | None = None
    last_poll: datetime | None = None
    last_new: datetime | None = None  # when a poll last met an unseen entry
    last_outcome: str = ""  # "modified", "not-modified", "failed:timeout", ...
    moved_to: str = ""  # where a permanent redirect points
    moved_since: datetime | None = None
    moved_sightings: int = 0
    paused: bool = False
    rhythm: Rhythm = Rhythm()
    wishes: Wishes = Wishes()
    listed: bytes = b""  # four bytes for each entry of the body last read
    stale: bytes = b""  # four bytes for each sitemap version that held nothing recent
    last_listed: datetime | None = None  # when a body was last read
    last_news: datetime | None = None  # when one last held an entry that is new to this feed
    last_answer: datetime | None = None  # when it last answered, with a body or 304
    gap_seconds: float = 0.0  # mean time between its entries, as it was at the last news
    lies: int = 0  # plain looks that a 304 which hid news has still earned
    health: str = "new"  # as of the last poll
    vain_changes: int = 0  # bodies in a row that came in spite of validators and held no news
    adopted: str = ""  # the address asked instead of the feed's own, after a lasting move
    adopted_for: str = ""  # the feed's own address at that time
    versions: bytes = b""  # of the entries of the body last read: crawler.schedule.revisits

    @property
    def address(self) -> str:
        """What is asked: the adopted address for as long as the feed is listed as it was then."""
        return self.adopted if self.adopted and self.adopted_for == self.feed.url else self.feed.url


@dataclass(frozen=True, slots=True)
class Entry:
    """An item seen in a feed or sitemap: a promise of a page."""

    id: EntryId
    url: str
    outlet: OutletId
    feed: FeedId
    title: str = ""
    summary: str = ""
    author: str = ""
    language: str = ""  # the feed's claim
    published: datetime | None = None
    updated: datetime | None = None
    discovered: datetime | None = None
