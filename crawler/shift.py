"""Use case: one worker's run over the frontier, from the first claim to the last."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.model import Claim, EntryClaim, WorkerId
from crawler.ports import Census, Clock, Frontier

SHORTEST_WAIT = timedelta(milliseconds=4)
LONGEST_WAIT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Ending:
    """When a run is over; with neither a limit nor an instant it goes on for ever."""

    once: bool = False  # when nothing is due any more and nobody works
    at: datetime | None = None  # no claim is taken from then on
    max_pages: int | None = None  # entries taken at the most; feeds are polled all the same


class Shift:
    """The claims one worker holds: taken while there is room, each ended exactly once.

    Iterating yields claims until the run is over. Whoever works on a claim calls `end` when the
    frontier knows its outcome, which makes room for the next.
    """

    def __init__(
        self, frontier: Frontier, clock: Clock, worker: WorkerId, *, in_flight: int, ending: Ending
    ) -> None:
        self._frontier = frontier
        self._clock = clock
        self._worker = worker
        self._in_flight = in_flight
        self._ending = ending
        self._open: dict[str, Claim] = {}
        self._pages = 0
        self._stopping = False
        self._room = asyncio.Event()

    @property
    def open(self) -> int:
        """How many claims are being worked on."""
        return len(self._open)

    @property
    def pages_taken(self) -> int:
        """How many entries were claimed so far."""
        return self._pages

    @property
    def full(self) -> bool:
        """Whether the run has taken all the pages it may."""
        return self._ending.max_pages is not None and self._pages >= self._ending.max_pages

    def stop(self) -> None:
        """Take no more claims; the iteration ends soon."""
        self._stopping = True
        self._room.set()

    def end(self, claim: Claim) -> None:
        """Make room: the frontier knows how this claim ended."""
        self._open.pop(claim.key, None)
        self._room.set()

    async def give_back(self) -> int:
        """Return every claim still open to the frontier (clean shutdown); say how many."""
        left = list(self._open.values())
        self._open.clear()
        for claim in left:
            await self._frontier.give_back(claim)
        return len(left)

    async def __aiter__(self) -> AsyncIterator[Claim]:
        """Yield claims as hosts' turns come and room allows, until the run is over."""
        while not self._over():
            self._room.clear()  # before looking, so that no claim's end is missed
            claims = await self._take()
            for claim in claims:
                yield claim
            if not claims and await self._idle():
                return

    def _over(self) -> bool:
        at = self._ending.at
        return self._stopping or (at is not None and self._clock.now() >= at)

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
        if self._ending.max_pages is None or self.full:
            return room
        return min(room, self._ending.max_pages - self._pages)

    async def _idle(self) -> bool:
        """Wait until there may be more to take; True when the run is over instead."""
        if self.open >= self._in_flight:
            await self._wait(LONGEST_WAIT)
            return False
        census = await self._frontier.census()
        if self._ending.once and self._drained(census):
            return True
        await self._wait(self._until_next(census))
        return False

    def _drained(self, census: Census) -> bool:
        due = census.due_feeds if self.full else census.due
        return self.open == 0 and due == 0 and (self.full or census.leased == 0)

    def _until_next(self, census: Census) -> timedelta:
        turn = census.next_feed_turn if self.full else census.next_turn
        wait = turn - self._clock.now() if turn else LONGEST_WAIT
        return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)

    async def _wait(self, longest: timedelta) -> None:
        try:
            await asyncio.wait_for(self._room.wait(), longest.total_seconds())
        except TimeoutError:
            return
