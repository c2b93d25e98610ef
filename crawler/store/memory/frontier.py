"""The frontier's twin: the same behaviour in one process's memory, counted anew each time.

Here each step is told, in the order of `RedisFrontier`. What the steps work on has rooms of its
own: hosts and their turns, work and its leases, feeds, entries, diaries, and a census of it all.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

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
from crawler.ports import Census, Clock, EntryRecord, HostLedger, HostRecord
from crawler.store.bounds import PAUSE_KEPT, ROBOTS_LONGEST
from crawler.store.ledgers import ARTICLE, fate_of
from crawler.store.memory.census import census_of, host_records
from crawler.store.memory.diaries import MemoryDiaries
from crawler.store.memory.entries import MemoryEntries
from crawler.store.memory.feeds import MemoryFeeds
from crawler.store.memory.hosts import MemoryHosts
from crawler.store.memory.work import MemoryWork, Work
from crawler.store.records import host_at, instant, millis, next_poll_of, span


class MemoryFrontier:
    """`RedisFrontier` for one process and one run; takes the same values."""

    def __init__(
        self,
        clock: Clock,
        *,
        host_pause: timedelta,
        lease: timedelta,
        seen_window: timedelta,
        dead_window: timedelta,
        losses: int = 40,
    ) -> None:
        self._clock = clock
        self._lease = lease
        self._seen_window = seen_window
        self._dead_window = dead_window
        self._hosts = MemoryHosts(span(host_pause))
        self._work = MemoryWork(self._hosts)
        self._feeds = MemoryFeeds(self._work)
        self._entries = MemoryEntries(self._work, losses)
        self._diaries = MemoryDiaries()

    # --- feeds ---

    async def register(self, feeds: Sequence[Feed]) -> int:
        """Make the schedule hold these feeds; return how many were new."""
        return sum(self._feeds.register(feed, self._now) for feed in feeds)

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
        """Write validators, next poll and every unseen entry, end lease and turn, as one step."""
        with_news, without = (millis(next_poll_of(taught)) for taught in (state, quiet or state))
        if not self._end(claim, span(pause or timedelta())):
            return None
        self._diaries.note_answers(answers, self._clock.now())
        if alert:
            self._diaries.note_alert(alert)
        self._entries.forget_unlisted(millis(self._clock.now() - self._seen_window))
        unseen = self._entries.list_all(entries, again, self._now)
        taught, due = (state, with_news) if unseen else (quiet or state, without)
        self._feeds.learn(claim.state.feed.id, taught, due)
        return unseen

    async def hasten(self, feeds: Sequence[FeedId] | None = None) -> int:
        """Make these feeds (None: every) due now if scheduled and not being polled; count them."""
        return self._feeds.hasten(feeds, self._now)

    async def feeds(self) -> Sequence[FeedState]:
        """Every registered feed with its state, by id."""
        return self._feeds.states()

    async def pause_feed(self, feed: FeedId, *, paused: bool) -> bool:
        """Stop or resume polling a feed; False when there is no such feed."""
        return self._feeds.pause(feed, paused=paused)

    # --- claims ---

    async def claim(
        self, worker: WorkerId, limit: int, *, feeds: bool = True, entries: bool = True
    ) -> Sequence[Claim]:
        """Lease due work of up to `limit` hosts whose turn has come, one piece from each."""
        kinds = "f" * feeds + "e" * entries
        if limit < 1 or not kinds:
            return ()
        self._sweep()
        return [self._take(worker, work) for work in self._work.in_turn(kinds, self._now)[:limit]]

    def _sweep(self) -> None:
        for work in [work for work in self._work.leased() if work.ends <= self._now]:
            self._lose(work)
        self._entries.drop_dead(self._dead_since)

    def _take(self, worker: WorkerId, work: Work) -> Claim:
        self._work.lease(work, worker, millis(self._clock.now() + self._lease))
        self._hosts.begin_turn(work.host, work.key, work.ends, self._now)
        if work.kind == "f":
            state = replace(self._feeds.state(FeedId(work.id)), next_poll=instant(work.due))
            return PollClaim(work.key, state, instant(work.ends))
        kept = self._entries.kept(EntryId(work.id))
        return EntryClaim(work.key, kept.entry, kept.attempts, instant(work.ends))

    async def give_back(self, claim: Claim) -> None:
        """Return an unfinished claim as if it had not been taken (clean shutdown)."""
        work = self._end(claim)
        if work and work.kind == "e":
            self._work.queue("e", work.id, work.host, work.due)
        elif work:
            self._feeds.requeue(work)

    async def reclaim(self, worker: WorkerId) -> int:
        """Free at once everything leased to a worker known to be dead; return how many."""
        lost = [work for work in self._work.leased() if work.worker == worker]
        for work in lost:
            self._lose(work)
        return len(lost)

    async def workers(self) -> Sequence[WorkerId]:
        """Workers that hold leases, by name."""
        return sorted({work.worker for work in self._work.leased()})

    def _end(self, claim: Claim, rest: int = 0) -> Work | None:
        """End the claim's turn and lease; return its work when the lease was still held."""
        self._end_turn(claim, rest)
        return self._work.end_lease(claim)

    def _end_turn(self, claim: Claim, rest: int = 0) -> bool:
        return self._hosts.end_turn(host_at(claim.url), claim.key, rest, self._now)

    def _lose(self, work: Work) -> None:
        self._hosts.drop_turn(work.host, work.key)
        self._work.drop(work.kind, work.id)
        if work.kind == "f":
            self._feeds.requeue(work)
        else:
            self._entries.lose(work, self._now)

    # --- hosts ---

    async def free_host(
        self, claim: Claim, *, pause: timedelta | None = None, answers: Sequence[Answer] = ()
    ) -> None:
        """End the claim's turn with its host, which rests for its pause (or this longer one)."""
        if self._end_turn(claim, span(pause or timedelta())):
            self._diaries.note_answers(answers, self._clock.now())

    async def spare_host(self, claim: Claim) -> None:
        """End the claim's turn with a host that was not asked: it need not rest."""
        self._hosts.spare_turn(host_at(claim.url), claim.key, self._now)

    async def next_slot(self, host: Host) -> timedelta:
        """Reserve the host's next request slot and return how long to wait for it."""
        return timedelta(milliseconds=self._hosts.reserve(host, self._now))

    async def hold_host(self, host: Host, until: datetime) -> None:
        """Ask nothing of this host before `until` (Retry-After); a longer hold stays."""
        self._hosts.hold(host, millis(until))

    async def set_host_pause(self, host: Host, pause: timedelta) -> None:
        """Rest at least this long after each request to the host (Crawl-delay), for a week."""
        self._hosts.set_pause(host, span(pause), millis(self._clock.now() + PAUSE_KEPT))

    async def robots(self, host: Host) -> bytes | None:
        """The host's robots file as last read within its lifetime, or None."""
        return self._hosts.robots(host, self._now)

    async def keep_robots(self, host: Host, body: bytes, lifetime: timedelta) -> None:
        """Remember a robots file for every worker (at most a day, RFC 9309)."""
        until = self._clock.now() + min(lifetime, ROBOTS_LONGEST)
        if until > self._clock.now():
            self._hosts.keep_robots(host, body, millis(until))

    # --- diaries ---

    async def ledger(self, days: int, hosts: Sequence[Host] = ()) -> Sequence[HostLedger]:
        """What hosts bore over the last days; these hosts or all, most asked first."""
        return self._diaries.ledger(days, hosts, self._clock.now())

    async def fates(self, days: int) -> Mapping[FeedId, Fates]:
        """How the pages of each feed's entries ended over the last days."""
        return self._diaries.fates(days, self._clock.now())

    async def alerts(self, limit: int) -> Sequence[Alert]:
        """The newest alerts, newest first."""
        return self._diaries.alerts(limit)

    # --- entries ---

    async def done(self, claim: EntryClaim) -> None:
        """Forget the entry's work, keep its seen mark; true even when the lease was lost."""
        if self._finish(claim):
            self._diaries.note_fate(claim.entry.feed, ARTICLE, self._clock.now())

    async def skip(self, claim: EntryClaim, skipped: Skipped) -> None:
        """As `done`, counted by reason and kept in a bounded list for the operator."""
        if self._finish(claim):
            self._entries.note_skip(claim, skipped, self._clock.now())
            self._diaries.note_fate(claim.entry.feed, fate_of(skipped), self._clock.now())

    def _finish(self, claim: EntryClaim) -> bool:
        self._end_turn(claim)
        return self._entries.finish(claim.entry.id)

    async def retry(self, claim: EntryClaim, at: datetime, reason: str) -> None:
        """Give the entry back, due at `at`, with one attempt more."""
        work = self._end(claim)
        if work:
            self._entries.retry(work, reason, millis(at))

    async def bury(self, claim: EntryClaim, reason: str) -> None:
        """Move the entry to the dead letters, where an operator sees it."""
        if self._end(claim):
            self._entries.bury(claim.entry.id, reason, self._now)

    async def holds(self, meant: Callable[[Entry], bool]) -> bool:
        """Tell whether any waiting, leased, dead or listed entry is one that is meant."""
        return self._entries.holds(meant)

    async def forget(self, gone: Callable[[Entry], bool]) -> int:
        """Drop waiting, leased, dead and listed entries that `gone` tells; return how many."""
        return self._entries.forget(gone)

    async def retry_dead(self, entries: Sequence[EntryId] | None) -> int:
        """Put dead letters (None: all) back, due now with no attempts; return how many."""
        return self._entries.retry_dead(entries, self._now)

    async def revisit(self, skipped: Sequence[EntryRecord]) -> int:
        """Queue entries that were skipped, due now, and list them as skipped no more."""
        return self._entries.revisit(skipped, self._now)

    # --- what an operator sees ---

    async def hosts(self, names: Sequence[Host] = ()) -> Sequence[HostRecord]:
        """These hosts, or all with queued work, by next turn; unknown ones look idle."""
        return host_records(names, self._hosts, self._work, self._clock.now())

    async def census(self) -> Census:
        """Count the work; as cheap with a million entries as with ten."""
        return census_of(self._work, self._entries.dead_since(self._dead_since), self._now)

    async def entries(self, state: str, limit: int) -> Sequence[EntryRecord]:
        """The newest entries in a state ("waiting", "leased", "dead" or "skipped")."""
        return self._entries.records(state, limit)

    async def skipped(self) -> Mapping[str, int]:
        """Skips counted by reason over the last thirty days."""
        return self._entries.skips(self._clock.now())

    # --- the present ---

    @property
    def _now(self) -> int:
        return millis(self._clock.now())

    @property
    def _dead_since(self) -> int:
        return millis(self._clock.now() - self._dead_window)
