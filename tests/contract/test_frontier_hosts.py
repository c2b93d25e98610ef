"""What an operator sees of hosts: the same from both frontiers."""

from datetime import timedelta

from frontiers import LEASE, ME, SECOND, START, a_feed, an_entry, claim_one, poll

from crawler.model import Host
from crawler.ports import HostRecord

A, B = Host("a.example"), Host("b.example")


async def test_hosts_with_work_stand_by_their_next_turn_with_what_waits(frontier):
    await poll(frontier, an_entry("one"), an_entry("two"), an_entry("three", "b.example"))
    first, second = await frontier.hosts()
    assert (first.host, first.next_turn, first.due_entries, first.entries) == (B, START, 1, 1)
    assert second == HostRecord(A, SECOND, START + SECOND, START + SECOND, None, None, 1, 2, 0, 2)


async def test_a_host_that_is_worked_on_or_held_says_until_when(frontier, clock):
    await frontier.register([a_feed()])
    await claim_one(frontier)
    await frontier.hold_host(A, START + timedelta(hours=1))
    await frontier.set_host_pause(A, 7 * SECOND)
    (shown,) = await frontier.hosts([A])
    assert (shown.leased_until, shown.held_until) == (START + LEASE, START + timedelta(hours=1))
    assert (shown.pause, shown.feeds, shown.next_turn) == (7 * SECOND, 0, None)
    clock.advance(timedelta(hours=2))
    (later,) = await frontier.hosts([A])
    assert (later.leased_until, later.held_until, later.rests_until) == (None, None, None)


async def test_an_unknown_host_looks_idle(frontier):
    assert await frontier.hosts() == []
    assert await frontier.hosts([B]) == [HostRecord(B, SECOND, *[None] * 4, 0, 0, 0, 0)]
    assert await frontier.claim(ME, 1) == []
