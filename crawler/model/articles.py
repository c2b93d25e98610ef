"""What was read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawler.model.ids import ArticleId, FeedId, OutletId, PlaceId, TopicId
from crawler.model.outlets import Entry
from crawler.model.recipe import Fingerprint


@dataclass(frozen=True, slots=True)
class Page:
    """Fetched bytes of an article, as the web gave them."""

    entry: Entry
    url: str  # after redirects
    body: bytes
    content_type: str
    fetched: datetime


class SkipReason(StrEnum):
    """Why a page did not become an article; every skip is counted under one of these."""

    OFF_TOPIC = "off-topic"
    NO_TEXT = "no-text"
    NOT_HTML = "not-html"
    CONSENT_WALL = "consent-wall"
    PAYWALL = "paywall"
    BOT_CHALLENGE = "bot-challenge"
    SOFT_404 = "soft-404"
    LINK_LIST = "link-list"
    ROBOTS = "robots"
    OPTED_OUT = "opted-out"
    GONE = "gone"
    FORGOTTEN = "forgotten"
    SAME_ARTICLE = "same-article"


@dataclass(frozen=True, slots=True)
class Skipped:
    """A page that is not kept, and why."""

    reason: SkipReason
    detail: str = ""


class Precision(StrEnum):
    """How much of an instant the publisher told."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"


class DateSource(StrEnum):
    """Where an article's time of publication was read."""

    FEED = "feed"
    JSON_LD = "json-ld"
    META = "meta"
    TEXT = "text"  # on the page as people see it


@dataclass(frozen=True, slots=True)
class Dating:
    """How well it is known when an article appeared."""

    precision: Precision | None = None
    source: DateSource | None = None
    clamped: bool = False  # what was told lay after the fetch
    other: datetime | None = None  # what page or feed said instead, where they differ


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in a text; offsets in letters."""

    place: PlaceId
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Article:
    """Extracted, normalised text with everything known about it."""

    id: ArticleId
    url: str
    outlet: OutletId
    title: str
    text: str
    fetched: datetime
    fingerprint: Fingerprint
    language: str = ""
    published: datetime | None = None
    authors: tuple[str, ...] = ()
    topics: tuple[TopicId, ...] = ()
    places: tuple[PlaceId, ...] = ()
    credits: tuple[str, ...] = ()
    feed: FeedId = FeedId("")
    outlet_name: str = ""
    updated: datetime | None = None  # as the page says; never after the fetch
    dating: Dating = Dating()
    mentions: tuple[Mention, ...] = ()  # of places, in title and text joined by a line end
