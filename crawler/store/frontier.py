"""The schedule and frontier in Redis: one script for each step (crawler/store/lua/frontier)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any
from uuid import uuid4

from redis.asyncio import Redis
from redis.commands.core import AsyncScript

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
from crawler.store import keys
from crawler.store.bounds import (
    LOSS_WAIT_LONGEST,
    LOSSES_AT_ONCE,
    PAUSE_KEPT,
    ROBOTS_LONGEST,
    SKIP_DAYS,
    SKIPPED_KEPT,
)
from crawler.store.frontier_rows import (
    answer_rows,
    claim_of,
    feed_state_of,
    held_by,
    host_record_of,
    maybe_instant,
    raw_of,
    work_of,
)
from crawler.store.ledgers import (
    day_of,
    fate_of,
    fates_of,
    last_days,
    ordered,
    row_of,
)
from crawler.store.records import (
    decode,
    encode,
    host_at,
    in_turn,
    instant,
    listed_as,
    millis,
    next_poll_of,
    record,
    span,
    unrecord,
)
from crawler.store.server.connection import translated
from crawler.store.server.redis_pool import run

FEEDS_AT_ONCE = 200  # one script's worth: a few milliseconds of the server's time
DEAD_AT_ONCE = 500
SCANNED = 1_000  # entries looked at in one trip
ALERTS_KEPT = 10_000


class RedisFrontier:
    """Feeds and entries that wait for their hosts' turns, shared by all processes.

    Source: docs/decisions/0030-frontier.md
    """

    def __init__(
        self,
        client: Redis,
        clock: Clock,
        *,
        host_pause: timedelta,
        lease: timedelta,
        seen_window: timedelta,
        dead_window: timedelta,
        losses: int = 40,
    ) -> None:
        """Wire the store; nothing is asked of it yet.

        Args:
            client: Answers in bytes.
            clock: Its `now` is what due times and leases are compared with.
            host_pause: How long every host rests between two requests.
            lease: How long a claim is safe from other workers.
            seen_window: How long an entry is known after its feed last listed it.
            dead_window: How long dead letters are kept.
            losses: Leases lost in a row that bury an entry; from the eleventh on it waits ever
                longer to be claimed again.
        """
        self._client = client
        self._clock = clock
        self._pause = span(host_pause)
        self._lease = lease
        self._seen_window = seen_window
        self._dead_window = dead_window
        self._losses = losses
        self._keys = keys.frontier()
        self._scripts: dict[str, AsyncScript] = {}

    # --- feeds ---

    async def register(self, feeds: Sequence[Feed]) -> int:
        """Make the schedule hold these feeds; return how many were new."""
        new = 0
        for start in range(0, len(feeds), FEEDS_AT_ONCE):
            arguments: list[Any] = []
            for feed in feeds[start : start + FEEDS_AT_ONCE]:
                arguments += (feed.id, int(feed.enabled), feed.url, record(feed.url, feed))
            new += await self._run("register", *arguments)
        return new

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
        rows = answer_rows(answers)
        listed: list[Any] = []
        for entry in entries:
            listed += (entry.id, record(entry.url, entry))
        unseen: int | None = await self._run(
            "commit_poll",
            claim.state.feed.id,
            claim.key,
            host_at(claim.url),
            encode(state),
            millis(next_poll_of(state)),
            encode(quiet) if quiet else "",
            millis(next_poll_of(quiet or state)),
            millis(self._clock.now() - self._seen_window),
            span(pause or timedelta()),
            state.feed.url,
            host_at(state.address),
            encode(alert) if alert else "",
            ALERTS_KEPT,
            day_of(self._clock.now()),
            " ".join(again),
            len(rows),
            *rows,
            *listed,
        )
        return unseen

    async def hasten(self, feeds: Sequence[FeedId] | None = None) -> int:
        """Make these feeds (None: every) due now if scheduled and not being polled; count them."""
        hastened: int = await self._run("hasten", *(["*"] if feeds is None else feeds))
        return hastened

    async def feeds(self) -> Sequence[FeedState]:
        """Every registered feed with its state, by id."""
        rows = await self._run("feeds")
        return sorted((feed_state_of(*row) for row in rows), key=lambda state: state.feed.id)

    async def pause_feed(self, feed: FeedId, *, paused: bool) -> bool:
        """Stop or resume polling a feed; False when there is no such feed."""
        return bool(await self._run("pause_feed", feed, int(paused)))

    # --- claims ---

    async def claim(
        self, worker: WorkerId, limit: int, *, feeds: bool = True, entries: bool = True
    ) -> Sequence[Claim]:
        """Lease due work of up to `limit` hosts whose turn has come, one piece from each."""
        kinds = "f" * feeds + "e" * entries
        if limit < 1 or not kinds:
            return ()
        until = millis(self._clock.now() + self._lease)
        rows = await self._run("claim", worker, uuid4().hex, limit, until, kinds)
        return [claim_of(*row) for row in rows]

    async def give_back(self, claim: Claim) -> None:
        """Return an unfinished claim as if it had not been taken (clean shutdown)."""
        await self._run("give_back", *work_of(claim), claim.key, host_at(claim.url))

    async def reclaim(self, worker: WorkerId) -> int:
        """Free at once everything leased to a worker known to be dead; return how many."""
        lost: int = await self._run("reclaim", worker)
        return lost

    async def workers(self) -> Sequence[WorkerId]:
        """Workers that hold leases, by name."""
        return sorted({WorkerId(name.decode()) for name in await self._run("workers")})

    # --- hosts ---

    async def free_host(
        self, claim: Claim, *, pause: timedelta | None = None, answers: Sequence[Answer] = ()
    ) -> None:
        """End the claim's turn with its host, which rests for its pause (or this longer one)."""
        day, rest = day_of(self._clock.now()), span(pause or timedelta())
        host = host_at(claim.url)
        await self._run("free_host", host, claim.key, rest, day, *answer_rows(answers))

    async def spare_host(self, claim: Claim) -> None:
        """End the claim's turn with a host that was not asked: it need not rest."""
        await self._run("spare_host", host_at(claim.url), claim.key)

    async def next_slot(self, host: Host) -> timedelta:
        """Reserve the host's next request slot and return how long to wait for it."""
        return timedelta(milliseconds=float(await self._run("next_slot", host)))

    async def hold_host(self, host: Host, until: datetime) -> None:
        """Ask nothing of this host before `until` (Retry-After); a longer hold stays."""
        await self._run("hold_host", host, millis(until))

    async def set_host_pause(self, host: Host, pause: timedelta) -> None:
        """Rest at least this long after each request to the host (Crawl-delay), for a week."""
        until = millis(self._clock.now() + PAUSE_KEPT)
        await self._run("set_host_pause", host, span(pause), until)

    async def robots(self, host: Host) -> bytes | None:
        """The host's robots file as last read within its lifetime, or None."""
        with translated():
            kept = await self._client.get(self._keys["robots"] + host)
        if kept is None:
            return None
        until, _, body = raw_of(kept).partition(b" ")
        return body if millis(self._clock.now()) < int(until) else None

    async def keep_robots(self, host: Host, body: bytes, lifetime: timedelta) -> None:
        """Remember a robots file for every worker (at most a day, RFC 9309)."""
        lifetime = min(lifetime, ROBOTS_LONGEST)
        if lifetime <= timedelta():
            return
        until = millis(self._clock.now() + lifetime)
        with translated():
            await self._client.set(
                self._keys["robots"] + host, b"%d %b" % (until, body), px=span(lifetime)
            )

    # --- diaries ---

    async def ledger(self, days: int, hosts: Sequence[Host] = ()) -> Sequence[HostLedger]:
        """What hosts bore over the last days; these hosts or all, most asked first."""
        names = last_days(self._clock.now(), days)
        found = await self._run("ledger", len(names), *names, *hosts)
        return ordered(row_of(host.decode(), raw_of(row).decode()) for host, row in found)

    async def fates(self, days: int) -> Mapping[FeedId, Fates]:
        """How the pages of each feed's entries ended over the last days."""
        found = await self._run("fates", *last_days(self._clock.now(), days))
        return fates_of((*name.decode().rsplit(" ", 1), count) for name, count in found)

    async def alerts(self, limit: int) -> Sequence[Alert]:
        """The newest alerts, newest first."""
        with translated():
            found: Any = await self._client.xrevrange(self._keys["alerts"], count=limit)
        return [decode(fields[b"alert"], Alert) for _, fields in found]

    # --- entries ---

    async def done(self, claim: EntryClaim) -> None:
        """Forget the entry's work, keep its seen mark; true even when the lease was lost."""
        await self._run("done", *held_by(claim), claim.entry.feed, day_of(self._clock.now()))

    async def skip(self, claim: EntryClaim, skipped: Skipped) -> None:
        """As `done`, counted by reason and kept in a bounded list for the operator."""
        now = self._clock.now()
        kept, shown = span(timedelta(days=SKIP_DAYS + 1)), encode(listed_as(claim, skipped, now))
        await self._run(
            "skip", *held_by(claim), skipped.reason, day_of(now), kept, shown, SKIPPED_KEPT,
            claim.entry.feed, fate_of(skipped),
        )  # fmt: skip

    async def retry(self, claim: EntryClaim, at: datetime, reason: str) -> None:
        """Give the entry back, due at `at`, with one attempt more."""
        await self._run("retry", *held_by(claim), millis(at), reason)

    async def bury(self, claim: EntryClaim, reason: str) -> None:
        """Move the entry to the dead letters, where an operator sees it."""
        await self._run("bury", *held_by(claim), reason)

    async def holds(self, meant: Callable[[Entry], bool]) -> bool:
        """Tell whether any waiting, leased, dead or listed entry is one that is meant."""
        if any(meant(entry) for _, entry in await self._listed()):
            return True
        with translated():
            async for _, raw in self._client.hscan_iter(self._keys["entries"], count=SCANNED):
                if meant(unrecord(raw, Entry)):
                    return True
        return False

    async def forget(self, gone: Callable[[Entry], bool]) -> int:
        """Drop waiting, leased, dead and listed entries that `gone` tells; return how many."""
        dropped, chosen = await self._forget_skipped(gone), list[EntryId]()
        with translated():
            async for _, raw in self._client.hscan_iter(self._keys["entries"], count=SCANNED):
                entry = unrecord(raw, Entry)
                chosen += [entry.id] if gone(entry) else []
        for start in range(0, len(chosen), DEAD_AT_ONCE):
            dropped += await self._run("forget", *chosen[start : start + DEAD_AT_ONCE])
        return dropped

    async def _forget_skipped(self, gone: Callable[[Entry], bool]) -> int:
        telling = [row for row, entry in await self._listed() if gone(entry)]
        with translated():
            for row in telling:
                await self._client.lrem(self._keys["skipped"], 0, row)  # type: ignore[arg-type]
        return len(telling)

    async def _listed(self) -> list[tuple[bytes | str, Entry]]:
        """Return the rows of the list of skipped entries, each with its entry."""
        with translated():
            rows = await self._client.lrange(self._keys["skipped"], 0, -1)
        return [(row, decode(raw_of(row), EntryRecord).entry) for row in rows]

    async def retry_dead(self, entries: Sequence[EntryId] | None) -> int:
        """Put dead letters (None: all) back, due now with no attempts; return how many."""
        revived = 0
        if entries is None:
            while some := await self._run("retry_dead"):
                revived += some
            return revived
        for start in range(0, len(entries), DEAD_AT_ONCE):
            revived += await self._run("retry_dead", *entries[start : start + DEAD_AT_ONCE])
        return revived

    async def revisit(self, skipped: Sequence[EntryRecord]) -> int:
        """Queue entries that were skipped, due now, and list them as skipped no more."""
        queued = 0
        for start in range(0, len(skipped), DEAD_AT_ONCE):
            some = skipped[start : start + DEAD_AT_ONCE]
            facts = ((e.entry.id, record(e.entry.url, e.entry), encode(e)) for e in some)
            queued += await self._run("revisit", *chain.from_iterable(facts))
        return queued

    # --- what an operator sees ---

    async def hosts(self, names: Sequence[Host] = ()) -> Sequence[HostRecord]:
        """These hosts, or all with queued work, by next turn; unknown ones look idle."""
        now = self._clock.now()
        return in_turn([host_record_of(now, row) for row in await self._run("hosts", *names)])

    async def census(self) -> Census:
        """Count the work; as cheap with a million entries as with ten."""
        *counts, next_due, next_turn, next_feed_turn = await self._run("census")
        return Census(*counts, *(maybe_instant(at) for at in (next_due, next_turn, next_feed_turn)))

    async def entries(self, state: str, limit: int) -> Sequence[EntryRecord]:
        """The newest entries in a state ("waiting", "leased", "dead" or "skipped")."""
        if limit < 1:
            return ()
        if state == "skipped":
            with translated():
                rows = await self._client.lrange(self._keys["skipped"], 0, limit - 1)
            return [decode(raw_of(row), EntryRecord) for row in rows]
        return [
            EntryRecord(unrecord(raw, Entry), state, attempts, reason.decode(), instant(at))
            for raw, attempts, reason, at in await self._run("entries", state, limit)
        ]

    async def skipped(self) -> Mapping[str, int]:
        """Skips counted by reason over the last thirty days."""
        today = self._clock.now()
        days = [day_of(today - timedelta(days=ago)) for ago in range(SKIP_DAYS)]
        rows = await self._run("skipped", *days)
        return {reason.decode(): count for reason, count in sorted(rows)}

    async def _run(self, step: str, *arguments: Any) -> Any:  # noqa: ANN401 - what Redis takes, and its answer
        """Run one step's script on the four facts every step has, and its own arguments."""
        now = self._clock.now()
        facts = (millis(now), self._pause, self._losses, millis(now - self._dead_window))
        if step not in self._scripts:
            self._scripts[step] = self._client.register_script(_script(step))
        with translated():
            script, feeds = self._scripts[step], [self._keys["feeds"]]
            return await run(self._client, script, feeds, [*facts, *arguments])


@cache
def _script(step: str) -> str:
    """Return a step's text behind what all share, its bounds and the table of key names.

    The names are part of the text: thirty keys sent along were half the cost of a step. One key
    is sent, which tells a cluster where the step runs; all others have the same tag.
    """
    folder = files("crawler.store") / "lua" / "frontier"
    names = ", ".join(f'{name} = "{key}"' for name, key in keys.frontier().items())
    shared, own = ((folder / f"{part}.lua").read_text("utf-8") for part in ("shared", step))
    bounds = f"local LOSSES_AT_ONCE, LOSS_WAIT_LONGEST = {LOSSES_AT_ONCE}, {LOSS_WAIT_LONGEST}"
    return f"local K = {{ {names} }}\n{bounds}\n{shared}\n{own}"
