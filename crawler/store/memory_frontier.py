"""The frontier's twin: the same behaviour in one process's memory, counted anew each time."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

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
from crawler.store.ledgers import (
    ARTICLE,
    borne,
    day_of,
    fate_of,
    fates_of,
    last_days,
    ordered,
)
from crawler.store.records import (
    host_at,
    in_turn,
    instant,
    millis,
    next_poll_of,
    span,
    upcoming,
)

PAUSE_KEPT = timedelta(days=7)
SKIP_DAYS = 30
SKIPPED_KEPT = 1_000
ROBOTS_LONGEST = timedelta(days=1)  # RFC 9309, 2.4
NOBODY = WorkerId("")

_LOSSES_AT_ONCE = 10  # as in lua/frontier/shared.lua
_LOSS_WAIT_LONGEST = 60_000


@dataclass(slots=True)
class _Place:
    """A host's clock: when it may be asked next."""

    slot: int = 0
    hold: int = 0
    turn: str = ""
    turn_ends: int = 0
    turn_slot: int = 0  # as the claim left it
    pause: int = 0
    pause_till: int = 0

    @property
    def open_at(self) -> int:
        return max(self.slot, self.hold, self.turn_ends if self.turn else 0)


@dataclass(slots=True)
class _Registered:
    feed: Feed
    due: int
    state: FeedState
    paused: bool = False

    @property
    def scheduled(self) -> bool:
        return self.feed.enabled and not self.paused

    @property
    def address(self) -> str:
        return replace(self.state, feed=self.feed).address

    @property
    def seen_by_operator(self) -> FeedState:
        return replace(self.state, feed=self.feed, next_poll=instant(self.due), paused=self.paused)


@dataclass(slots=True)
class _Kept:
    entry: Entry
    attempts: int = 0
    reason: str = ""
    losses: int = 0


@dataclass(slots=True)
class _Work:
    """A piece of work, queued or (with a key) leased."""

    kind: str  # "f" or "e"
    id: str
    host: Host
    due: int
    key: str = ""
    worker: WorkerId = NOBODY
    ends: int = 0

    @property
    def name(self) -> tuple[str, str]:
        return self.kind, self.id


@dataclass(slots=True)
class _Memory:
    feeds: dict[FeedId, _Registered] = field(default_factory=dict)
    entries: dict[EntryId, _Kept] = field(default_factory=dict)
    work: dict[tuple[str, str], _Work] = field(default_factory=dict)
    hosts: dict[Host, _Place] = field(default_factory=dict)
    dead: dict[EntryId, int] = field(default_factory=dict)
    seen: dict[EntryId, int] = field(default_factory=dict)
    skipped: list[EntryRecord] = field(default_factory=list)  # newest first
    skips: list[tuple[datetime, str]] = field(default_factory=list)
    robots: dict[Host, tuple[int, bytes]] = field(default_factory=dict)
    ledger: list[tuple[str, HostLedger]] = field(default_factory=list)  # by day
    fates: list[tuple[str, FeedId, str]] = field(default_factory=list)  # by day
    alerts: list[Alert] = field(default_factory=list)  # newest first


def _wait_after(losses: int) -> int:
    """Return how many milliseconds an entry waits that was lost so often."""
    if losses <= _LOSSES_AT_ONCE:
        return 0
    return min(1000 << (losses - _LOSSES_AT_ONCE - 1), _LOSS_WAIT_LONGEST)


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
        self._pause = span(host_pause)
        self._lease = lease
        self._seen_window = seen_window
        self._dead_window = dead_window
        self._losses = losses
        self._kept = _Memory()
        self._numbers = count(1)

    # --- feeds ---

    async def register(self, feeds: Sequence[Feed]) -> int:
        """Make the schedule hold these feeds; return how many were new."""
        return sum(self._register(feed) for feed in feeds)

    def _register(self, feed: Feed) -> bool:
        known = self._kept.feeds.get(feed.id)
        if known is None:
            self._kept.feeds[feed.id] = _Registered(feed, self._now, FeedState(feed))
        else:
            known.feed = feed
        self._schedule(feed.id)
        return known is None

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
    ) -> int:
        """Write validators, next poll and every unseen entry, end lease and turn, as one step."""
        with_news, without = (millis(next_poll_of(taught)) for taught in (state, quiet or state))
        if not self._end(claim, span(pause or timedelta())):
            return 0
        self._note(answers)
        self._kept.alerts = [*([alert] if alert else []), *self._kept.alerts]
        self._forget_unlisted()
        unseen = self._list(entries, again)
        known = self._kept.feeds[claim.state.feed.id]
        known.state = state if unseen else quiet or state
        known.due = with_news if unseen else without
        self._schedule(known.feed.id)
        return unseen

    def _forget_unlisted(self) -> None:
        since = millis(self._clock.now() - self._seen_window)
        self._kept.seen = {entry: at for entry, at in self._kept.seen.items() if at > since}

    def _list(self, entries: Sequence[Entry], again: Collection[EntryId]) -> int:
        fresh = 0
        for behind, entry in zip(range(len(entries) - 1, -1, -1), entries, strict=True):
            seen, known = entry.id in self._kept.seen, entry.id in self._kept.entries
            if not known and (not seen or entry.id in again):
                self._kept.entries[entry.id] = _Kept(entry)
                self._queue("e", entry.id, host_at(entry.url), self._now - behind)
                fresh += not seen
            self._kept.seen[entry.id] = self._now
        return fresh

    async def hasten(self, feeds: Sequence[FeedId] | None = None) -> int:
        """Make these feeds (None: every) due now if scheduled and not being polled; count them."""
        queued = self._queued("f")
        waiting = [work for work in queued if feeds is None or work.id in feeds]
        for work in waiting:
            work.due = min(work.due, self._now)
            self._kept.feeds[FeedId(work.id)].due = work.due
        return len(waiting)

    async def feeds(self) -> Sequence[FeedState]:
        """Every registered feed with its state, by id."""
        return [known.seen_by_operator for _, known in sorted(self._kept.feeds.items())]

    async def pause_feed(self, feed: FeedId, *, paused: bool) -> bool:
        """Stop or resume polling a feed; False when there is no such feed."""
        known = self._kept.feeds.get(feed)
        if known is None:
            return False
        known.paused = paused
        self._schedule(feed)
        return True

    def _schedule(self, feed: FeedId) -> None:
        """Queue the feed if it is scheduled; while it is leased, the lease's end does."""
        work = self._kept.work.get(("f", feed))
        if work is not None and work.key:
            return
        self._kept.work.pop(("f", feed), None)
        known = self._kept.feeds[feed]
        if known.scheduled:
            self._queue("f", feed, host_at(known.address), known.due)

    # --- claims ---

    async def claim(
        self, worker: WorkerId, limit: int, *, feeds: bool = True, entries: bool = True
    ) -> Sequence[Claim]:
        """Lease due work of up to `limit` hosts whose turn has come, one piece from each."""
        kinds = "f" * feeds + "e" * entries
        if limit < 1 or not kinds:
            return ()
        self._sweep()
        return [self._take(worker, work) for work in self._in_turn(kinds)[:limit]]

    def _sweep(self) -> None:
        for work in [work for work in self._leased() if work.ends <= self._now]:
            self._lose(work)
        since = millis(self._clock.now() - self._dead_window)
        for entry in [entry for entry, died in self._kept.dead.items() if died <= since]:
            del self._kept.dead[entry], self._kept.entries[entry]

    def _in_turn(self, kinds: str) -> list[_Work]:
        """The first due work of every host whose turn has come, longest wait first."""
        since: dict[Host, int] = {}
        first: dict[Host, _Work] = {}
        for kind in kinds:
            for host, at, head in self._turns(kind):
                if at <= self._now:
                    since[host] = min(at, since.get(host, at))
                    first.setdefault(host, head)
        return [first[host] for host in sorted(first, key=lambda host: (since[host], host))]

    def _turns(self, kind: str) -> Iterator[tuple[Host, int, _Work]]:
        """Every host with queued work of a kind, the instant of its turn, and the first work."""
        heads: dict[Host, _Work] = {}
        for work in sorted(self._queued(kind), key=lambda work: (work.due, work.id)):
            heads.setdefault(work.host, work)
        for host, head in heads.items():
            yield host, max(head.due, self._place(host).open_at), head

    def _take(self, worker: WorkerId, work: _Work) -> Claim:
        work.key = f"{work.kind}:{work.id}@{next(self._numbers)}"
        work.worker, work.ends = worker, millis(self._clock.now() + self._lease)
        place = self._place(work.host)
        place.turn, place.turn_ends = work.key, work.ends
        place.slot = place.turn_slot = self._now + self._pause_of(place)
        if work.kind == "f":
            state = replace(
                self._kept.feeds[FeedId(work.id)].seen_by_operator, next_poll=instant(work.due)
            )
            return PollClaim(work.key, state, instant(work.ends))
        kept = self._kept.entries[EntryId(work.id)]
        return EntryClaim(work.key, kept.entry, kept.attempts, instant(work.ends))

    async def give_back(self, claim: Claim) -> None:
        """Return an unfinished claim as if it had not been taken (clean shutdown)."""
        work = self._end(claim)
        if work and work.kind == "e":
            self._queue("e", work.id, work.host, work.due)
        elif work:
            self._requeue_feed(work)

    async def reclaim(self, worker: WorkerId) -> int:
        """Free at once everything leased to a worker known to be dead; return how many."""
        lost = [work for work in self._leased() if work.worker == worker]
        for work in lost:
            self._lose(work)
        return len(lost)

    async def workers(self) -> Sequence[WorkerId]:
        """Workers that hold leases, by name."""
        return sorted({work.worker for work in self._leased()})

    def _end(self, claim: Claim, rest: int = 0) -> _Work | None:
        """End the claim's turn and lease; return its work when the lease was still held."""
        self._end_turn(host_at(claim.url), claim.key, rest)
        work = self._kept.work.get(_name(claim))
        if work is None or work.key != claim.key:
            return None
        return self._kept.work.pop(work.name)

    def _lose(self, work: _Work) -> None:
        place = self._place(work.host)
        place.turn = "" if place.turn == work.key else place.turn
        del self._kept.work[work.name]
        if work.kind == "f":
            self._requeue_feed(work)
            return
        entry = EntryId(work.id)
        self._kept.entries[entry].losses += 1
        losses = self._kept.entries[entry].losses
        if losses < self._losses:
            self._queue("e", work.id, work.host, self._now + _wait_after(losses))
        else:
            self._bury(entry, "lost")

    def _requeue_feed(self, work: _Work) -> None:
        known = self._kept.feeds[FeedId(work.id)]
        if known.scheduled:
            self._queue("f", work.id, host_at(known.address), work.due)

    def _queue(self, kind: str, name: str, host: Host, due: int) -> None:
        self._kept.work[kind, name] = _Work(kind, name, host, due)

    def _queued(self, kind: str) -> list[_Work]:
        return [work for work in self._kept.work.values() if work.kind == kind and not work.key]

    def _leased(self) -> list[_Work]:
        return [work for work in self._kept.work.values() if work.key]

    # --- hosts ---

    async def free_host(
        self, claim: Claim, *, pause: timedelta | None = None, answers: Sequence[Answer] = ()
    ) -> None:
        """End the claim's turn with its host, which rests for its pause (or this longer one)."""
        if self._end_turn(host_at(claim.url), claim.key, span(pause or timedelta())):
            self._note(answers)

    def _end_turn(self, host: Host, key: str, rest: int = 0) -> bool:
        place = self._place(host)
        held = place.turn == key
        if held:
            place.turn = ""
            place.slot = max(place.slot, self._now + max(rest, self._pause_of(place)))
        return held

    async def spare_host(self, claim: Claim) -> None:
        """End the claim's turn with a host that was not asked: it need not rest."""
        place = self._place(host_at(claim.url))
        if place.turn == claim.key:
            place.turn = ""
            place.slot = self._now if place.slot == place.turn_slot else place.slot

    async def next_slot(self, host: Host) -> timedelta:
        """Reserve the host's next request slot and return how long to wait for it."""
        place = self._place(host)
        at = max(self._now, place.slot, place.hold)
        place.slot = at + self._pause_of(place)
        return timedelta(milliseconds=at - self._now)

    async def hold_host(self, host: Host, until: datetime) -> None:
        """Ask nothing of this host before `until` (Retry-After); a longer hold stays."""
        place = self._place(host)
        place.hold = max(place.hold, millis(until))

    async def set_host_pause(self, host: Host, pause: timedelta) -> None:
        """Rest at least this long after each request to the host (Crawl-delay), for a week."""
        place = self._place(host)
        place.pause, place.pause_till = span(pause), millis(self._clock.now() + PAUSE_KEPT)

    def _pause_of(self, place: _Place) -> int:
        return max(self._pause, place.pause if place.pause_till > self._now else 0)

    def _place(self, host: Host) -> _Place:
        return self._kept.hosts.setdefault(host, _Place())

    async def robots(self, host: Host) -> bytes | None:
        """The host's robots file as last read within its lifetime, or None."""
        until, body = self._kept.robots.get(host, (0, b""))
        return body if self._now < until else None

    async def keep_robots(self, host: Host, body: bytes, lifetime: timedelta) -> None:
        """Remember a robots file for every worker (at most a day, RFC 9309)."""
        until = self._clock.now() + min(lifetime, ROBOTS_LONGEST)
        if until > self._clock.now():
            self._kept.robots[host] = (millis(until), body)

    # --- diaries ---

    async def ledger(self, days: int, hosts: Sequence[Host] = ()) -> Sequence[HostLedger]:
        """What hosts bore over the last days; these hosts or all, most asked first."""
        since = last_days(self._clock.now(), days)
        rows = [row for day, row in self._kept.ledger if day in since]
        asked = [HostLedger(host) for host in hosts]
        return ordered([*asked, *(row for row in rows if not hosts or row.host in hosts)])

    async def fates(self, days: int) -> Mapping[FeedId, Fates]:
        """How the pages of each feed's entries ended over the last days."""
        since = last_days(self._clock.now(), days)
        return fates_of((feed, fate, 1) for day, feed, fate in self._kept.fates if day in since)

    async def alerts(self, limit: int) -> Sequence[Alert]:
        """The newest alerts, newest first."""
        return self._kept.alerts[:limit]

    def _note(self, answers: Sequence[Answer]) -> None:
        today = day_of(self._clock.now())
        self._kept.ledger += [(today, row) for row in borne(answers)]

    def _note_fate(self, claim: EntryClaim, fate: str) -> None:
        self._kept.fates.append((day_of(self._clock.now()), claim.entry.feed, fate))

    # --- entries ---

    async def done(self, claim: EntryClaim) -> None:
        """Forget the entry's work, keep its seen mark; true even when the lease was lost."""
        if self._finish(claim):
            self._note_fate(claim, ARTICLE)

    async def skip(self, claim: EntryClaim, skipped: Skipped) -> None:
        """As `done`, counted by reason and kept in a bounded list for the operator."""
        if not self._finish(claim):
            return
        now = self._clock.now()
        why = f"{skipped.reason}: {skipped.detail}" if skipped.detail else skipped.reason.value
        shown = EntryRecord(claim.entry, "skipped", claim.attempts, why, now)
        self._kept.skipped = [shown, *self._kept.skipped][:SKIPPED_KEPT]
        self._kept.skips.append((now, skipped.reason))
        self._note_fate(claim, fate_of(skipped))

    def _finish(self, claim: EntryClaim) -> bool:
        self._end_turn(host_at(claim.url), claim.key)
        if self._kept.work.pop(("e", claim.entry.id), None) is None:
            return False
        del self._kept.entries[claim.entry.id]
        return True

    async def retry(self, claim: EntryClaim, at: datetime, reason: str) -> None:
        """Give the entry back, due at `at`, with one attempt more."""
        work = self._end(claim)
        if work:
            kept = self._kept.entries[claim.entry.id]
            kept.attempts, kept.reason, kept.losses = kept.attempts + 1, reason, 0
            self._queue("e", work.id, work.host, millis(at))

    async def bury(self, claim: EntryClaim, reason: str) -> None:
        """Move the entry to the dead letters, where an operator sees it."""
        if self._end(claim):
            self._bury(claim.entry.id, reason)

    def _bury(self, entry: EntryId, reason: str) -> None:
        self._kept.dead[entry] = self._now
        self._kept.entries[entry].reason = reason

    async def forget(self, gone: Callable[[Entry], bool]) -> int:
        """Drop waiting, leased, dead and listed entries that `gone` tells; return how many."""
        chosen = [id_ for id_, kept in self._kept.entries.items() if gone(kept.entry)]
        for entry in chosen:
            del self._kept.entries[entry]
            self._kept.dead.pop(entry, None)
            self._kept.work.pop(("e", entry), None)
        stays = [shown for shown in self._kept.skipped if not gone(shown.entry)]
        dropped = len(chosen) + len(self._kept.skipped) - len(stays)
        self._kept.skipped = stays
        return dropped

    async def retry_dead(self, entries: Sequence[EntryId] | None) -> int:
        """Put dead letters (None: all) back, due now with no attempts; return how many."""
        chosen = set(self._kept.dead) if entries is None else set(entries) & set(self._kept.dead)
        for entry in chosen:
            del self._kept.dead[entry]
            kept = self._kept.entries[entry] = _Kept(self._kept.entries[entry].entry)
            self._queue("e", entry, host_at(kept.entry.url), self._now)
        return len(chosen)

    async def revisit(self, skipped: Sequence[EntryRecord]) -> int:
        """Queue entries that were skipped, due now, and list them as skipped no more."""
        queued = 0
        for shown in skipped:
            if shown in self._kept.skipped:
                self._kept.skipped.remove(shown)
            if shown.entry.id not in self._kept.entries:
                self._kept.entries[shown.entry.id] = _Kept(shown.entry)
                self._queue("e", shown.entry.id, host_at(shown.entry.url), self._now)
                queued += 1
        return queued

    # --- what an operator sees ---

    async def hosts(self, names: Sequence[Host] = ()) -> Sequence[HostRecord]:
        """These hosts, or all with queued work, by next turn; unknown ones look idle."""
        turns: dict[Host, int] = {}
        for host, at, _ in (turn for kind in "fe" for turn in self._turns(kind)):
            turns[host] = min(at, turns.get(host, at))
        return in_turn(self._host(host, turns.get(host)) for host in names or turns)

    def _host(self, host: Host, turn: int | None) -> HostRecord:
        place, now = self._place(host), self._clock.now()
        waiting = [w for w in self._kept.work.values() if w.host == host and not w.key]
        due = Counter(work.kind for work in waiting if work.due <= self._now)
        queued = Counter(work.kind for work in waiting)
        return HostRecord(
            host=host,
            pause=timedelta(milliseconds=self._pause_of(place)),
            next_turn=None if turn is None else instant(turn),
            rests_until=upcoming(place.slot, now),
            held_until=upcoming(place.hold, now),
            leased_until=upcoming(place.turn_ends if place.turn else 0, now),
            feeds=queued["f"],
            entries=queued["e"],
            due_feeds=due["f"],
            due_entries=due["e"],
        )

    async def census(self) -> Census:
        """Count the work; as cheap with a million entries as with ten."""
        now = self._now
        work, since = self._kept.work.values(), millis(self._clock.now() - self._dead_window)
        due = [piece for piece in work if (piece.ends if piece.key else piece.due) <= now]
        return Census(
            due=len(due),
            due_feeds=sum(piece.kind == "f" for piece in due),
            leased=sum(piece.ends > now for piece in self._leased()),
            later=sum(piece.due > now for piece in self._queued("e")),
            dead=sum(died > since for died in self._kept.dead.values()),
            next_due=_first(piece.due for piece in work if not piece.key),
            next_turn=_first(self._chances("fe")),
            next_feed_turn=_first(self._chances("f")),
        )

    def _chances(self, kinds: str) -> Iterator[int]:
        """The instants at which a claim may find something: turns, and the ends of leases."""
        yield from (at for kind in kinds for _, at, _ in self._turns(kind))
        yield from (work.ends for work in self._leased() if work.kind in kinds)

    async def entries(self, state: str, limit: int) -> Sequence[EntryRecord]:
        """The newest entries in a state ("waiting", "leased", "dead" or "skipped")."""
        if state == "skipped":
            return self._kept.skipped[: max(limit, 0)]
        newest = sorted(self._in_state(state), key=lambda found: found[::-1], reverse=True)
        return [self._shown(EntryId(name), state, at) for name, at in newest[: max(limit, 0)]]

    def _in_state(self, state: str) -> list[tuple[str, int]]:
        if state == "dead":
            return list(self._kept.dead.items())
        if state == "leased":
            return [(work.id, work.ends) for work in self._leased() if work.kind == "e"]
        return [(work.id, work.due) for work in self._queued("e")]

    def _shown(self, entry: EntryId, state: str, at: int) -> EntryRecord:
        kept = self._kept.entries[entry]
        return EntryRecord(kept.entry, state, kept.attempts, kept.reason, instant(at))

    async def skipped(self) -> Mapping[str, int]:
        """Skips counted by reason over the last thirty days."""
        first = self._clock.now().date() - timedelta(days=SKIP_DAYS - 1)
        return dict(
            sorted(Counter(why for at, why in self._kept.skips if at.date() >= first).items())
        )

    @property
    def _now(self) -> int:
        return millis(self._clock.now())


def _name(claim: Claim) -> tuple[str, str]:
    return ("f", claim.state.feed.id) if isinstance(claim, PollClaim) else ("e", claim.entry.id)


def _first(scores: Iterator[int]) -> datetime | None:
    least = min(scores, default=None)
    return None if least is None else instant(least)
