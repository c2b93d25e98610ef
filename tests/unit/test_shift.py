"""Does a run take what is due, make room, and know when it is over?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.errors import StoreError
from crawler.model import (
    Entry,
    EntryClaim,
    EntryId,
    Feed,
    FeedId,
    Host,
    OutletId,
    PollClaim,
    WorkerId,
)
from crawler.shift import Ending, Shift
from crawler.store.clock import SimulatedClock
from crawler.store.memory.frontier import MemoryFrontier

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WORKER = WorkerId("test:1:0")


@pytest.fixture
def clock():
    return SimulatedClock(START)


@pytest.fixture
def frontier(clock):
    return MemoryFrontier(
        clock,
        host_pause=timedelta(0),
        lease=timedelta(minutes=2),
        seen_window=timedelta(days=60),
        dead_window=timedelta(days=30),
    )


def a_shift(frontier, clock, *, in_flight=8, **ending):
    return Shift(frontier, clock, WORKER, in_flight=in_flight, ending=Ending(**ending))


def feeds(count: int) -> list[Feed]:
    return [
        Feed(FeedId(f"f{n}"), OutletId(f"o{n}"), f"https://o{n}.example/feed") for n in range(count)
    ]


def entries(host: str, count: int) -> list[Entry]:
    return [
        Entry(EntryId(f"{host}-{n}"), f"https://{host}/{n}", OutletId("o0"), FeedId("f0"))
        for n in range(count)
    ]


async def work(shift, frontier, *, listed=()):
    """End every claim at once; the first poll lists entries. Return what was taken."""
    taken, waiting = [], list(listed)
    async for claim in shift:
        taken.append(claim)
        if isinstance(claim, PollClaim):
            await frontier.commit_poll(claim, polled(claim.state), waiting)
            waiting = []
        else:
            await frontier.done(claim)
        shift.end(claim)
    return taken


def polled(state):
    return replace(state, next_poll=START + timedelta(hours=1))


async def test_a_run_once_takes_every_due_feed_and_what_it_lists(frontier, clock):
    await frontier.register(feeds(3))
    taken = await work(
        a_shift(frontier, clock, once=True), frontier, listed=entries("a.example", 5)
    )
    assert sum(isinstance(claim, PollClaim) for claim in taken) == 3
    assert sum(isinstance(claim, EntryClaim) for claim in taken) == 5


@pytest.mark.timeout(30)  # it would wait for the hour's end
async def test_a_run_once_waits_for_no_host_that_is_held(frontier, clock):
    await frontier.register(feeds(3))
    await frontier.hold_host(Host("o1.example"), START + timedelta(hours=1))
    assert len(await work(a_shift(frontier, clock, once=True), frontier)) == 2
    assert (await frontier.census()).due == 1


async def test_a_second_run_at_once_takes_nothing(frontier, clock):
    await frontier.register(feeds(3))
    await work(a_shift(frontier, clock, once=True), frontier)
    assert await work(a_shift(frontier, clock, once=True), frontier) == []


async def test_a_run_takes_no_more_pages_than_it_may(frontier, clock):
    await frontier.register(feeds(1))
    shift = a_shift(frontier, clock, once=True, max_pages=2)
    taken = await work(shift, frontier, listed=entries("a.example", 5))
    assert sum(isinstance(claim, EntryClaim) for claim in taken) == 2
    assert (await frontier.census()).due == 3


async def test_claims_beyond_the_room_wait_until_one_ends(frontier, clock):
    await frontier.register(feeds(5))
    shift = a_shift(frontier, clock, in_flight=2, once=True)
    claims = aiter(shift)
    first, _second = await anext(claims), await anext(claims)
    assert shift.open == 2
    await frontier.commit_poll(first, polled(first.state), [])
    shift.end(first)
    assert isinstance(await anext(claims), PollClaim)


async def test_a_stopped_run_ends_and_gives_its_claims_back(frontier, clock):
    await frontier.register(feeds(2))
    shift = a_shift(frontier, clock, in_flight=1)
    claims = aiter(shift)
    await anext(claims)
    shift.stop()
    with pytest.raises(StopAsyncIteration):
        await anext(claims)
    assert await shift.give_back() == 1
    assert (await frontier.census()).leased == 0


async def test_a_run_for_a_while_takes_nothing_after_its_end(frontier, clock):
    await frontier.register(feeds(2))
    shift = a_shift(frontier, clock, at=START + timedelta(minutes=5))
    clock.advance(timedelta(minutes=5))
    assert await work(shift, frontier) == []


# --- a store that fails ----------------------------------------------------------------------


class Failing(MemoryFrontier):
    """A frontier whose store fails as often as told before each claim works again."""

    def __init__(self, clock, *, failures, each=timedelta(0)):
        super().__init__(
            clock,
            host_pause=timedelta(0),
            lease=timedelta(hours=2),
            seen_window=timedelta(days=60),
            dead_window=timedelta(days=30),
        )
        self.time, self.failures, self.each = clock, failures, each
        self.limits = []

    async def claim(self, worker, limit, *, feeds=True, entries=True):
        self.limits.append(limit)
        if self.failures:
            self.failures -= 1
            self.time.advance(self.each)
            raise StoreError("Redis cannot be reached")
        return await super().claim(worker, limit, feeds=feeds, entries=entries)


async def test_a_store_that_fails_for_a_while_is_waited_for(clock):
    frontier = Failing(clock, failures=3)
    await frontier.register(feeds(3))
    shift = a_shift(frontier, clock, once=True)
    assert len(await work(shift, frontier)) == 3
    assert shift.failure is None


async def test_a_store_that_fails_is_tried_with_one_claim_until_one_ends(clock):
    frontier = Failing(clock, failures=2)
    await frontier.register(feeds(3))
    await work(a_shift(frontier, clock, in_flight=8, once=True), frontier)
    assert frontier.limits[:4] == [8, 1, 1, 8]


async def test_patience_ends_with_a_store_that_fails_all_the_while(clock):
    frontier = Failing(clock, failures=99, each=timedelta(minutes=4))
    await frontier.register(feeds(1))
    shift = a_shift(frontier, clock, once=True)
    assert await work(shift, frontier) == []
    assert str(shift.failure) == "Redis cannot be reached"
    assert frontier.failures == 99 - 4


async def test_failures_far_apart_do_not_add_up(clock):
    frontier = Failing(clock, failures=9, each=timedelta(minutes=6))
    await frontier.register(feeds(1))
    shift = a_shift(frontier, clock, once=True)
    assert len(await work(shift, frontier)) == 1


async def test_a_claim_that_the_store_failed_goes_back_as_if_not_taken(frontier, clock):
    await frontier.register(feeds(1))
    shift = a_shift(frontier, clock, in_flight=1, max_pages=1)
    claims = aiter(shift)
    poll = await anext(claims)
    await frontier.commit_poll(poll, polled(poll.state), entries("a.example", 1))
    shift.end(poll)
    first = await anext(claims)
    await shift.leave(first, StoreError("the corpus cannot be written"))
    assert (shift.open, shift.full) == (0, False)
    again = await anext(claims)
    assert (again.entry, again.attempts) == (first.entry, 0)


async def test_claims_that_cannot_be_given_back_are_left_to_their_leases(frontier, clock):
    class Away(Failing):
        async def give_back(self, claim):
            raise StoreError("Redis cannot be reached")

    frontier = Away(clock, failures=0)
    await frontier.register(feeds(2))
    shift = a_shift(frontier, clock)
    claims = aiter(shift)
    one, _ = await anext(claims), await anext(claims)
    await shift.leave(one, StoreError("Redis cannot be reached"))
    assert (shift.open, await shift.give_back()) == (1, 0)
    assert (await frontier.census()).leased == 2
