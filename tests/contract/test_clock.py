from datetime import UTC, datetime, timedelta

import pytest

from crawler.errors import StoreError
from crawler.store.clock import SimulatedClock, StoreClock

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)


class Stopwatch:
    """A monotonic clock that the test moves."""

    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


async def time_of(server) -> datetime:
    seconds, microseconds = await server.time()
    return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)


async def test_the_store_clock_tells_the_server_s_time(server):
    clock = StoreClock(server, monotonic=Stopwatch())
    before = await time_of(server)
    await clock.sync()
    assert before <= clock.now() <= await time_of(server)


async def test_the_store_clock_goes_on_with_the_monotonic_clock(server):
    stopwatch = Stopwatch()
    clock = StoreClock(server, monotonic=stopwatch)
    await clock.sync()
    synced = clock.now()
    stopwatch.seconds += 90
    assert clock.now() - synced == timedelta(seconds=90)


async def test_another_reading_corrects_a_monotonic_clock_that_stood_still(server):
    stopwatch = Stopwatch()
    clock = StoreClock(server, monotonic=stopwatch)
    await clock.sync()
    stopwatch.seconds -= 3_600
    await clock.sync()
    assert abs(clock.now() - await time_of(server)) < timedelta(minutes=1)


async def test_a_synced_clock_is_right_from_the_start(server):
    before = await time_of(server)
    async with StoreClock.synced(server) as clock:
        assert abs(clock.now() - before) < timedelta(minutes=1)
        assert clock.now().tzinfo is UTC


async def test_a_clock_whose_server_is_away_says_so(server, tmp_path):
    away = type(server)(unix_socket_path=str(tmp_path / "away"), retry=None)
    with pytest.raises(StoreError, match="cannot be reached"):
        await StoreClock(away).sync()


def test_a_simulated_clock_moves_only_when_told():
    clock = SimulatedClock(NOON)
    assert clock.now() == clock.now() == NOON
    clock.advance(timedelta(hours=1))
    assert clock.now() == NOON.replace(hour=13)
