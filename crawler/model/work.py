"""One unit of work; what publishers bear, and what operators should see."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crawler.model.ids import FeedId, Host, OutletId
from crawler.model.outlets import Entry, FeedState


@dataclass(frozen=True, slots=True)
class PollClaim:
    """A due feed, leased to one worker together with its host's turn."""

    key: str  # names this one claim; the next claim of the same work has another
    state: FeedState
    lease_until: datetime

    @property
    def url(self) -> str:
        """The address to ask."""
        return self.state.address


@dataclass(frozen=True, slots=True)
class EntryClaim:
    """A due entry, leased to one worker together with its host's turn."""

    key: str  # names this one claim; the next claim of the same work has another
    entry: Entry
    attempts: int  # earlier ones; 0 at the first
    lease_until: datetime

    @property
    def url(self) -> str:
        """The address to ask."""
        return self.entry.url


Claim = PollClaim | EntryClaim


@dataclass(frozen=True, slots=True)
class Answer:
    """What one request cost its host."""

    host: Host
    status: int  # 0: none came
    bytes: int  # of the body, unpacked
    seconds: float  # until the last header


@dataclass(frozen=True, slots=True)
class Alert:
    """A feed's (or hook's) health changed to, or from, something that somebody should look at."""

    feed: FeedId
    outlet: OutletId
    url: str
    was: str
    health: str
    outcome: str  # of the last poll, or delivery
    at: datetime
    about: str = "feed"  # or "hook", whose id stands in `feed` then, and no outlet


@dataclass(frozen=True, slots=True)
class HubLease:
    """Our agreement with a hub (WebSub) that it tells us when a feed has news."""

    feed: FeedId
    hub: str
    topic: str  # the feed's address as the hub knows it
    token: str = field(repr=False)  # names us in the callback's address
    secret: str = field(repr=False)  # signs what the hub sends
    asked: datetime
    granted: datetime | None = None
    length_seconds: float = 0.0
    pushed: datetime | None = None  # when it last sent something genuine
    misses: int = 0  # polls in a row that found news it had not announced

    @property
    def length(self) -> timedelta:
        """How long the lease holds from when it was granted."""
        return timedelta(seconds=self.length_seconds)


@dataclass(frozen=True, slots=True)
class Fates:
    """How the pages of a feed's entries ended of late."""

    articles: int = 0
    repeated: int = 0  # the same article as before
    walled: int = 0  # consent pages, challenges, paywalls
    other: int = 0
