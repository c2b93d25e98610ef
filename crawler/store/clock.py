"""Time as the store tells it, so that every process means the same instant by `now`."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Self

from redis.asyncio import Redis

from crawler.errors import StoreError
from crawler.store.server.connection import translated

SYNC_EVERY_SECONDS = 30  # quartz drifts some 50 ppm: 1.5 ms between two readings
READINGS = 3

log = logging.getLogger(__name__)


class StoreClock:
    """The server's time, carried forward by the local monotonic clock.

    A local clock that is wrong, or jumps, changes nothing. Right to within half of the
    fastest answer's round trip.
    """

    def __init__(self, client: Redis, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._monotonic = monotonic
        self._ahead = 0.0  # seconds from the monotonic clock to the server's epoch

    @classmethod
    @asynccontextmanager
    async def synced(cls, client: Redis) -> AsyncIterator[Self]:
        """Yield a clock that reads the server's time now, and again twice a minute."""
        clock = cls(client)
        await clock.sync()
        keeping = asyncio.create_task(clock._keep_synced(), name="store clock")
        try:
            yield clock
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    def now(self) -> datetime:
        """Return the present as aware UTC."""
        return datetime.fromtimestamp(self._monotonic() + self._ahead, UTC)

    async def sync(self) -> None:
        """Read the server's time; of three readings the one with the shortest round trip counts.

        Raises:
            StoreError: The server does not answer.
        """
        readings = [await self._read() for _ in range(READINGS)]
        self._ahead = min(readings)[1]

    async def _read(self) -> tuple[float, float]:
        """Return one reading's round trip and offset, in seconds."""
        asked = self._monotonic()
        with translated():
            seconds, microseconds = await self._client.time()
        answered = self._monotonic()
        return answered - asked, seconds + microseconds / 1e6 - (asked + answered) / 2

    async def _keep_synced(self) -> None:
        while True:
            await asyncio.sleep(SYNC_EVERY_SECONDS)
            try:
                await self.sync()
            except StoreError as error:
                log.warning("the clock runs on its last reading: %s", error)


class SimulatedClock:
    """A clock that stands still until it is told to go on; for tests and simulations."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the present as aware UTC."""
        return self._now

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by
