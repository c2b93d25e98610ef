"""What the use cases need of the outside, as protocols; `store` has each of them twice.

Every method of a store may raise `StoreError`. Async begins here.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from crawler.model import (
    Article,
    ArticleId,
    Claim,
    Entry,
    EntryClaim,
    EntryId,
    Feed,
    FeedId,
    FeedState,
    Host,
    LookAlike,
    Neighbourhood,
    Placement,
    PollClaim,
    Skipped,
    Story,
    StoryId,
    Tie,
    TopicId,
    WorkerId,
)


class Clock(Protocol):
    """Where `now` comes from; synced to the store's own time outside tests."""

    def now(self) -> datetime:
        """Return the present as aware UTC."""
        ...


# --- the durable schedule and frontier ({crawl}) ---------------------------------------------


@dataclass(frozen=True, slots=True)
class Census:
    """How much work there is, counted at one instant."""

    due: int  # feeds and entries whose time has come, host budget or not
    due_feeds: int
    leased: int  # being worked on by anyone
    later: int  # entries that wait for a retry
    dead: int
    next_due: datetime | None  # when the next feed or entry falls due
    next_turn: datetime | None  # when the next host with due work may be asked


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """An entry as an operator sees it."""

    entry: Entry
    state: str  # "waiting", "leased", "dead", "skipped"
    attempts: int
    reason: str
    at: datetime | None  # due, leased until, died, or skipped at


class Frontier(Protocol):
    """Feeds and entries that wait for their hosts' turns; all in one slot, each step atomic.

    A host's turn covers everything asked of it (feed, robots, page): one claim at a time per
    host, and the next not before the host's pause has passed.
    """

    async def register(self, feeds: Sequence[Feed]) -> int:
        """Make the schedule hold these feeds; return how many were new.

        New feeds are due at once, spread within their host by its budget; known ones keep
        their state and due time; disabled ones leave the schedule but keep their state.
        """
        ...

    async def claim(
        self, worker: WorkerId, limit: int, *, feeds: bool = True, entries: bool = True
    ) -> Sequence[Claim]:
        """Lease up to `limit` due feeds and entries of as many hosts whose turn has come."""
        ...

    async def free_host(self, host: Host, *, pause: timedelta | None = None) -> None:
        """End the host's turn: it may be asked again after its pause (or this longer one)."""
        ...

    async def next_slot(self, host: Host) -> timedelta:
        """Reserve the host's next request slot and return how long to wait for it.

        For requests that no claim covers: a redirect to another host, a robots file.
        """
        ...

    async def hold_host(self, host: Host, until: datetime) -> None:
        """Ask nothing of this host before `until` (Retry-After)."""
        ...

    async def set_host_pause(self, host: Host, pause: timedelta) -> None:
        """Keep at least this long between two requests to the host (Crawl-delay)."""
        ...

    async def commit_poll(
        self, claim: PollClaim, state: FeedState, entries: Sequence[Entry]
    ) -> int:
        """Write validators, next poll and every unseen entry, end lease and turn, as one step.

        Returns how many entries were unseen. A lost lease changes nothing and returns 0.
        """
        ...

    async def done(self, claim: EntryClaim) -> None:
        """Forget the entry's work, keep its seen mark. Idempotent."""
        ...

    async def skip(self, claim: EntryClaim, skipped: Skipped) -> None:
        """As `done`, counted by reason and kept in a bounded list for the operator."""
        ...

    async def retry(self, claim: EntryClaim, at: datetime, reason: str) -> None:
        """Give the entry back, due at `at`, with one attempt more."""
        ...

    async def bury(self, claim: EntryClaim, reason: str) -> None:
        """Move the entry to the dead letters, where an operator can see and retry it."""
        ...

    async def give_back(self, claim: Claim) -> None:
        """Return an unfinished claim as if it had not been taken (clean shutdown)."""
        ...

    async def reclaim(self, worker: WorkerId) -> int:
        """Free at once everything leased to a worker known to be dead; return how many."""
        ...

    async def workers(self) -> Sequence[WorkerId]:
        """Workers that hold leases."""
        ...

    async def hasten(self) -> int:
        """Make every feed due now (`--now`); return how many."""
        ...

    async def census(self) -> Census:
        """Count the work."""
        ...

    async def feeds(self) -> Sequence[FeedState]:
        """Every registered feed with its state, by id."""
        ...

    async def pause_feed(self, feed: FeedId, paused: bool) -> bool:
        """Stop or resume polling a feed; False when there is no such feed."""
        ...

    async def entries(self, state: str, limit: int) -> Sequence[EntryRecord]:
        """The newest entries in a state."""
        ...

    async def retry_dead(self, entries: Sequence[EntryId] | None) -> int:
        """Put dead letters (all of them for None) back, due now; return how many."""
        ...

    async def skipped(self) -> Mapping[str, int]:
        """Skips counted by reason over the retained days."""
        ...

    async def robots(self, host: Host) -> bytes | None:
        """The host's robots file as last read within its lifetime, or None."""
        ...

    async def keep_robots(self, host: Host, body: bytes, lifetime: timedelta) -> None:
        """Remember a robots file for every worker (at most a day, RFC 9309)."""
        ...


# --- articles and stories ({topic}) ----------------------------------------------------------

Decide = Callable[[Article, Neighbourhood], Placement]


class Stories(Protocol):
    """Where the stories of the topics are remembered."""

    async def place(self, topic: TopicId, article: Article, decide: Decide) -> Placement:
        """Show `decide` the article's neighbourhood and record its verdict, as one step.

        Ties, membership, canonical, index and outgoing events are committed together or not
        at all. When another writer gets there first `decide` is asked again, so it must be
        pure. Placing the same article again changes nothing.
        """
        ...

    async def newest(self, topic: TopicId, limit: int) -> Sequence[Story]:
        """Stories by last change, newest first."""
        ...

    async def story(self, topic: TopicId, story: StoryId) -> Story | None:
        """A story by id, following forwarding addresses; None when unknown or expired."""
        ...

    async def articles(
        self, topic: TopicId, ids: Sequence[ArticleId]
    ) -> Mapping[ArticleId, LookAlike]:
        """What is known of these articles; unknown ones are left out."""
        ...

    async def ties(self, topic: TopicId, article: ArticleId) -> Sequence[Tie]:
        """The verified relations of an article."""
        ...

    async def text(self, topic: TopicId, article: ArticleId) -> str | None:
        """The article's text while it is within its window."""
        ...

    async def count(self, topic: TopicId) -> tuple[int, int]:
        """Articles and stories within the window."""
        ...

    async def expire(self, topic: TopicId) -> int:
        """Let go of what is older than its retention, with events; return how many articles."""
        ...


class Corpus(Protocol):
    """What outlives the window: every article as it was prepared, append-only."""

    async def keep(self, article: Article) -> None:
        """Append the article unless this address with this content is there already."""
        ...

    def read(self) -> AsyncIterator[Article]:
        """Every kept article, oldest first."""
        ...
