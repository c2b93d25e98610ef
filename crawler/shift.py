"""Use case: one worker's run over the frontier, from the first claim to the last."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.errors import StoreError
from crawler.model import Claim, EntryClaim, WorkerId
from crawler.ports import Census, Clock, Frontier

SHORTEST_WAIT = timedelta(milliseconds=4)
LONGEST_WAIT = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(seconds=15)  # between two trials of a store that fails
HOST_PAUSE = timedelta(minutes=1)
PATIENCE = timedelta(minutes=10)  # with a store that fails all the while

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """When a run is over; with neither a limit nor an instant it goes on for ever."""

    once: bool = False  # when nothing is due any more, but at hosts that rest, and nobody works
    at: datetime | None = None  # no claim is taken from then on
    max_pages: int | None = None  # entries taken at the most; feeds are polled all the same


class _Patience:
    """How long a store has failed, and how long to leave it alone before the next trial."""

    def __init__(self, longest: timedelta) -> None:
        self._longest = longest
        self._trials = 0
        self._since: datetime | None = None
        self._last: datetime | None = None

    @property
    def tried(self) -> bool:
        """Whether the store failed when it was last asked for something that counts."""
        return self._trials > 0

    @property
    def pause(self) -> timedelta:
        """The wait before the next trial; doubled each time."""
        doublings = min(self._trials, 12)  # the longest pause comes at the twelfth
        return min(SHORTEST_WAIT * (1 << doublings), LONGEST_PAUSE)

    def restore(self) -> None:
        """Forget the failures: the store works."""
        self._trials, self._since = 0, None

    def bears(self, error: StoreError, now: datetime) -> bool:
        """Tell whether there is patience left after one more failure.

        A failure long after the last one begins a new series: in between nothing was due.
        """
        if self._last is None or now - self._last > self._longest / 2:
            self.restore()
        if self._since is None:
            self._since = now
            log.warning("the store fails, and is tried again for %s: %s", self._longest, error)
        self._last = now
        self._trials += 1
        return now - self._since < self._longest


class Shift:
    """The claims one worker holds: taken while there is room, each ended exactly once.

    Iterating yields claims until the run is over. Whoever works on a claim calls `end` when the
    frontier knows its outcome, which makes room for the next; or `leave` when the store failed.

    A store that fails (away, full, its disk full) is tried again with growing pauses and one
    claim at a time, so that no publisher pays for it; when it failed for all of `patience` the
    run ends and `failure` says why.

    Source: docs/decisions/0150-patience-with-the-store.md
    """

    def __init__(
        self,
        frontier: Frontier,
        clock: Clock,
        worker: WorkerId,
        *,
        in_flight: int,
        ending: Ending,
        patience: timedelta = PATIENCE,
        host_pause: timedelta = HOST_PAUSE,
    ) -> None:
        """Begin with no claim.

        Args:
            frontier: What hands out claims.
            clock: The present.
            worker: Who holds them.
            in_flight: How many at once.
            ending: When the run is over.
            patience: With a store that fails.
            host_pause: The longest that a host has between two requests; one whose next turn is
                further away was asked to be left alone, and no single round waits for it.
        """
        self._frontier = frontier
        self._clock = clock
        self._worker = worker
        self._in_flight = in_flight
        self._ending = ending
        self._patience = _Patience(patience)
        self._host_pause = host_pause
        self._open: dict[str, Claim] = {}
        self._pages = 0
        self._stopping = asyncio.Event()
        self._room = asyncio.Event()
        self._failure: StoreError | None = None

    @property
    def open(self) -> int:
        """How many claims are being worked on."""
        return len(self._open)

    @property
    def full(self) -> bool:
        """Whether the run has taken all the pages it may."""
        return self._ending.max_pages is not None and self._pages >= self._ending.max_pages

    @property
    def failure(self) -> StoreError | None:
        """Why the run ended before its time, if it did."""
        return self._failure

    def stop(self) -> None:
        """Take no more claims; the iteration ends soon."""
        self._stopping.set()
        self._room.set()

    def fail(self, error: StoreError) -> None:
        """Take no more claims: the store cannot be worked with any more."""
        self._failure = error
        self.stop()

    def end(self, claim: Claim) -> None:
        """Make room: the frontier knows how this claim ended, so the store works."""
        self._patience.restore()
        self._close(claim)

    async def leave(self, claim: Claim, error: StoreError) -> None:
        """Make room without an outcome: no publisher failed here, but the store.

        The claim goes back as if it had not been taken; if even that fails, its lease runs out.
        """
        self._bear(error)
        self._pages -= isinstance(claim, EntryClaim)
        try:
            await self._frontier.give_back(claim)
        except StoreError as away:
            log.debug("%s is left to its lease: %s", claim.url, away)
        finally:
            self._close(claim)

    async def give_back(self) -> int:
        """Return every claim still open to the frontier (clean shutdown); say how many."""
        left = list(self._open.values())
        self._open.clear()
        for given, claim in enumerate(left):
            try:
                await self._frontier.give_back(claim)
            except StoreError as away:
                log.warning("%d claims are left to their leases: %s", len(left) - given, away)
                return given
        return len(left)

    async def __aiter__(self) -> AsyncIterator[Claim]:
        """Yield claims as hosts' turns come and room allows, until the run is over."""
        while not self._over():
            if self._patience.tried:
                await self._wait(self._stopping, self._patience.pause)
            self._room.clear()  # before looking, so that no claim's end is missed
            claims, over = await self._look()
            for claim in claims:
                yield claim
            if over:
                return

    def _over(self) -> bool:
        at = self._ending.at
        return self._stopping.is_set() or (at is not None and self._clock.now() >= at)

    def _close(self, claim: Claim) -> None:
        self._open.pop(claim.key, None)
        self._room.set()

    async def _look(self) -> tuple[list[Claim], bool]:
        """Return new claims, and whether the run is over; wait for a while if there are none."""
        try:
            claims = await self._take()
            return claims, not claims and await self._idle()
        except StoreError as error:
            self._bear(error)
            return [], False

    def _bear(self, error: StoreError) -> None:
        if not self._patience.bears(error, self._clock.now()):
            self.fail(error)

    async def _take(self) -> list[Claim]:
        room = self._in_flight - len(self._open)
        if room <= 0:
            return []
        claims = list(
            await self._frontier.claim(self._worker, self._limit(room), entries=not self.full)
        )
        self._open.update((claim.key, claim) for claim in claims)
        self._pages += sum(isinstance(claim, EntryClaim) for claim in claims)
        return claims

    def _limit(self, room: int) -> int:
        if self._patience.tried:
            return 1
        if self._ending.max_pages is None or self.full:
            return room
        return min(room, self._ending.max_pages - self._pages)

    async def _idle(self) -> bool:
        """Wait until there may be more to take; True when the run is over instead."""
        if self.open >= self._in_flight:
            await self._wait(self._room, LONGEST_WAIT)
            return False
        census = await self._frontier.census()
        if self._ending.once and self._drained(census):
            return True
        await self._wait(self._room, self._until_next(census))
        return False

    def _drained(self, census: Census) -> bool:
        due = census.due_feeds if self.full else census.due
        resting = self._next_turn(census) > self._host_pause
        return self.open == 0 and (due == 0 or resting) and (self.full or census.leased == 0)

    def _until_next(self, census: Census) -> timedelta:
        return min(max(self._next_turn(census), SHORTEST_WAIT), LONGEST_WAIT)

    def _next_turn(self, census: Census) -> timedelta:
        turn = census.next_feed_turn if self.full else census.next_turn
        return turn - self._clock.now() if turn else LONGEST_WAIT

    async def _wait(self, event: asyncio.Event, longest: timedelta) -> None:
        try:
            await asyncio.wait_for(event.wait(), longest.total_seconds())
        except TimeoutError:
            return
