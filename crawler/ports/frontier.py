"""The durable schedule and frontier of a crawl ({crawl})."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from crawler.model import (
    Alert,
    Answer,
    Claim,
    Entry,
    EntryClaim,
    EntryId,
    Fates,
    Feed,
    FeedId,
    FeedState,
    Host,
    PollClaim,
    Skipped,
    WorkerId,
)


@dataclass(frozen=True, slots=True)
class Census:
    """How much work there is, counted at one instant."""

    due: int  # feeds and entries whose time has come, host budget or not; lost leases too
    due_feeds: int
    leased: int  # being worked on by anyone
    later: int  # entries that wait for a retry
    dead: int
    next_due: datetime | None  # when the first feed or entry no one works on falls due
    next_turn: datetime | None  # the first instant at which `claim` may give something
    next_feed_turn: datetime | None  # the same for `claim(entries=False)`


@dataclass(frozen=True, slots=True)
class EntryRecord:
    """An entry as an operator sees it."""

    entry: Entry
    state: str  # "waiting", "leased", "dead", "skipped"
    attempts: int
    reason: str
    at: datetime | None  # due, leased until, died, or skipped at


@dataclass(frozen=True, slots=True)
class HostRecord:
    """A host as an operator sees it; instants that have passed are None."""

    host: Host
    pause: timedelta  # between two requests: the operator's, or a longer Crawl-delay
    next_turn: datetime | None  # when `claim` may ask it next; None without queued work
    rests_until: datetime | None  # its pause after the last request
    held_until: datetime | None  # the publisher asked for it (Retry-After)
    leased_until: datetime | None  # somebody works on it
    feeds: int  # queued
    entries: int
    due_feeds: int
    due_entries: int


@dataclass(frozen=True, slots=True)
class HostLedger:
    """What a host bore over some days, for an operator who has to answer its owner."""

    host: Host
    requests: int = 0
    bytes: int = 0
    not_modified: int = 0
    refused: int = 0  # 401, 403, 429, 451, 503
    failed: int = 0  # no answer, or another error
    milliseconds: int = 0  # from question to last header, summed


class Frontier(Protocol):
    """Feeds and entries that wait for their hosts' turns; all in one slot, each step atomic.

    A host's turn covers what is asked of it for one claim: one claim at a time per host, and the
    next not before the host's pause has passed since the turn ended. Feeds and entries share it.

    A claim is a lease. Until it ends nobody else gets the work; a step that needs the lease and
    comes after somebody else took the work changes nothing. Every step may be repeated when its
    reply was lost: the second time changes nothing more.
    """

    async def register(self, feeds: Sequence[Feed]) -> int:
        """Make the schedule hold these feeds; return how many were new.

        New feeds are due at once, and their host's budget spreads them; known ones keep their
        state and due time; disabled ones leave the schedule but keep both.
        """
        ...

    async def claim(
        self, worker: WorkerId, limit: int, *, feeds: bool = True, entries: bool = True
    ) -> Sequence[Claim]:
        """Lease due work of up to `limit` hosts whose turn has come, one piece from each.

        The host that has waited longest comes first; within a host a due feed goes before an
        entry, then what fell due first. A claim brings one request to its host, to be sent at
        once; any other (a robots file, a redirect) needs `next_slot`.
        """
        ...

    async def free_host(
        self, claim: Claim, *, pause: timedelta | None = None, answers: Sequence[Answer] = ()
    ) -> None:
        """End the claim's turn with its host, which rests for its pause (or this longer one).

        `answers` go into the ledger of their hosts in the same step, unless the turn has passed.

        For the time between the fetch and the end of the claim; ending a claim frees the host
        too. A turn that has passed to another claim is left alone.
        """
        ...

    async def spare_host(self, claim: Claim) -> None:
        """End the claim's turn with a host that was not asked: it need not rest.

        Unless a slot was reserved since; then it rests after that.
        """
        ...

    async def next_slot(self, host: Host) -> timedelta:
        """Reserve the host's next request slot and return how long to wait for it.

        For requests that no claim covers: a redirect to another host, a robots file. Slots keep
        the pause between all requests, but do not wait for a turn that lasts longer.
        """
        ...

    async def hold_host(self, host: Host, until: datetime) -> None:
        """Ask nothing of this host before `until` (Retry-After); a longer hold stays."""
        ...

    async def set_host_pause(self, host: Host, pause: timedelta) -> None:
        """Rest at least this long after each request to the host (Crawl-delay), for a week.

        A pause below the operator's own has no effect, so zero takes an earlier one back.
        """
        ...

    async def commit_poll(
        self,
        claim: PollClaim,
        state: FeedState,
        entries: Sequence[Entry] = (),
        *,
        quiet: FeedState | None = None,
        pause: timedelta | None = None,
        answers: Sequence[Answer] = (),
        alert: Alert | None = None,
        again: Collection[EntryId] = (),
    ) -> int | None:
        """Write validators, next poll and every unseen entry, end lease and turn, as one step.

        Of what was seen before, those in `again` are queued once more, unless they wait, are under
        way or are dead; they count as seen. The host rests for its pause or this longer one.
        `answers` go into the ledger, `alert` into the public stream. A state with another address
        moves the feed to that address's host.

        Whether anything is unseen is known only inside the step, and decides the feed's rhythm:
        with an unseen entry `state` is written, with none `quiet` (or `state`, for None).
        `next_poll` must be set in both. Entries fall due at once, in the order given; all of them
        count as listed now. Returns how many were unseen. A lost lease changes nothing, not even
        the ledger, since it may be this step's own repetition, and returns None.
        """
        ...

    async def done(self, claim: EntryClaim) -> None:
        """Forget the entry's work, keep its seen mark; true even when the lease was lost."""
        ...

    async def skip(self, claim: EntryClaim, skipped: Skipped) -> None:
        """As `done`, counted by reason and kept in a bounded list for the operator."""
        ...

    async def retry(self, claim: EntryClaim, at: datetime, reason: str) -> None:
        """Give the entry back, due at `at`, with one attempt more. Needs the lease."""
        ...

    async def bury(self, claim: EntryClaim, reason: str) -> None:
        """Move the entry to the dead letters, where an operator sees it. Needs the lease."""
        ...

    async def give_back(self, claim: Claim) -> None:
        """Return an unfinished claim as if it had not been taken (clean shutdown)."""
        ...

    async def reclaim(self, worker: WorkerId) -> int:
        """Free at once everything leased to a worker known to be dead; return how many.

        As when a lease runs out: no attempt is counted, since a crash strikes whatever was in
        hand, but an entry lost too often is buried as "lost", since it may be the cause.
        """
        ...

    async def workers(self) -> Sequence[WorkerId]:
        """Workers that hold leases, by name."""
        ...

    async def hasten(self, feeds: Sequence[FeedId] | None = None) -> int:
        """Make these feeds (None: every) due now if scheduled and not being polled; count them."""
        ...

    async def hosts(self, names: Sequence[Host] = ()) -> Sequence[HostRecord]:
        """These hosts, or all with queued work, by next turn; unknown ones look idle."""
        ...

    async def ledger(self, days: int, hosts: Sequence[Host] = ()) -> Sequence[HostLedger]:
        """What hosts bore over the last days, today included; these hosts or all, most asked first.

        A month is kept.
        """
        ...

    async def fates(self, days: int) -> Mapping[FeedId, Fates]:
        """How the pages of each feed's entries ended over the last days; a month is kept."""
        ...

    async def alerts(self, limit: int) -> Sequence[Alert]:
        """The newest alerts, newest first."""
        ...

    async def census(self) -> Census:
        """Count the work; as cheap with a million entries as with ten."""
        ...

    async def feeds(self) -> Sequence[FeedState]:
        """Every registered feed with its state, by id."""
        ...

    async def pause_feed(self, feed: FeedId, *, paused: bool) -> bool:
        """Stop or resume polling a feed; False when there is no such feed."""
        ...

    async def entries(self, state: str, limit: int) -> Sequence[EntryRecord]:
        """The newest entries in a state ("waiting", "leased", "dead" or "skipped")."""
        ...

    async def holds(self, meant: Callable[[Entry], bool]) -> bool:
        """Tell whether any waiting, leased, dead or listed entry is one that is meant."""
        ...

    async def forget(self, gone: Callable[[Entry], bool]) -> int:
        """Drop waiting, leased, dead and listed entries that `gone` tells; return how many.

        Their seen marks stay, so that a feed that still lists them brings them no more.
        """
        ...

    async def retry_dead(self, entries: Sequence[EntryId] | None) -> int:
        """Put dead letters (None: all) back, due now with no attempts; return how many."""
        ...

    async def revisit(self, skipped: Sequence[EntryRecord]) -> int:
        """Queue entries that were skipped, due now, and list them as skipped no more.

        Returns how many; those that wait or are under way again are left alone.
        """
        ...

    async def skipped(self) -> Mapping[str, int]:
        """Skips counted by reason over the last thirty days."""
        ...

    async def robots(self, host: Host) -> bytes | None:
        """The host's robots file as last read within its lifetime, or None."""
        ...

    async def keep_robots(self, host: Host, body: bytes, lifetime: timedelta) -> None:
        """Remember a robots file for every worker (at most a day, RFC 9309)."""
        ...
