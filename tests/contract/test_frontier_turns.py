"""Whose turn it is: hosts are asked for one thing at a time, and rest."""

from datetime import timedelta

from frontiers import (
    A_HOST,
    DAY,
    HOUR,
    LEASE,
    ME,
    OTHER,
    SECOND,
    START,
    a_feed,
    an_entry,
    claim_one,
    poll,
)

from crawler.model import Host


async def test_a_host_is_asked_for_one_thing_at_a_time(frontier, clock):
    await frontier.register([a_feed("a", "same.example"), a_feed("b", "same.example")])
    claim = await claim_one(frontier)
    clock.advance(30 * SECOND)
    assert await frontier.claim(OTHER, 9) == []
    await frontier.free_host(claim)
    clock.advance(SECOND - timedelta(milliseconds=1))
    assert await frontier.claim(OTHER, 9) == []
    clock.advance(timedelta(milliseconds=1))
    assert len(await frontier.claim(OTHER, 9)) == 1


async def test_hosts_do_not_wait_for_each_other(frontier):
    await frontier.register([a_feed(name) for name in "abcde"])
    assert len(await frontier.claim(ME, 3)) == 3
    assert len(await frontier.claim(OTHER, 9)) == 2


async def test_the_host_that_has_waited_longest_comes_first(frontier, clock):
    await frontier.register([a_feed("z")])
    clock.advance(SECOND)
    await frontier.register([a_feed("b"), a_feed("a")])
    urls = [(await claim_one(frontier)).state.feed.id for _ in range(3)]
    assert urls == ["z", "a", "b"]


async def test_an_entry_that_has_waited_longer_than_anothers_feed_is_first(frontier, clock):
    await poll(frontier, an_entry("one", "z.example"))
    clock.advance(SECOND)
    await frontier.register([a_feed("b")])
    assert (await claim_one(frontier)).url == "https://z.example/one"


async def test_a_host_has_waited_since_the_first_of_its_feed_and_its_entry(frontier, clock):
    await poll(frontier, an_entry("one"), next_poll=START + HOUR)
    clock.advance(SECOND)
    await frontier.retry(await claim_one(frontier), START + 3 * HOUR, "timeout")
    clock.advance(2 * HOUR)
    await frontier.register([a_feed("b")])
    clock.advance(2 * HOUR)
    claims = await frontier.claim(ME, 2)
    assert [claim.url for claim in claims] == ["https://a.example/a.xml", "https://b.example/b.xml"]


async def test_a_due_feed_goes_before_its_hosts_entries(frontier, clock):
    await poll(frontier, an_entry("one"), next_poll=START + SECOND)
    clock.advance(SECOND)
    assert (await claim_one(frontier)).url.endswith(".xml")


async def test_feeds_and_pages_share_their_hosts_budget(frontier, clock):
    await poll(frontier, an_entry("one"))
    assert await frontier.claim(ME, 9) == []
    clock.advance(SECOND)
    assert len(await frontier.claim(ME, 9)) == 1


async def test_a_host_that_was_not_asked_need_not_rest(frontier, clock):
    await poll(frontier, an_entry("one"), an_entry("two"), an_entry("three"))
    clock.advance(SECOND)
    await frontier.spare_host(await claim_one(frontier))
    await frontier.spare_host(await claim_one(frontier))
    assert await claim_one(frontier)
    assert await frontier.claim(ME, 9) == []


async def test_a_turn_given_up_leaves_slots_that_were_reserved_since(frontier, clock):
    await poll(frontier, an_entry("one"), an_entry("two"))
    clock.advance(SECOND)
    claim = await claim_one(frontier)
    await frontier.next_slot(A_HOST)
    await frontier.spare_host(claim)
    clock.advance(SECOND)
    assert await frontier.claim(ME, 9) == []
    clock.advance(SECOND)
    assert len(await frontier.claim(ME, 9)) == 1


async def test_a_turn_that_passed_on_cannot_be_given_up(frontier, clock):
    await poll(frontier, an_entry("one"), an_entry("two"))
    clock.advance(SECOND)
    stale = await claim_one(frontier)
    clock.advance(2 * LEASE)
    await claim_one(frontier)
    await frontier.spare_host(stale)
    assert await frontier.claim(ME, 9) == []


async def test_a_claim_may_ask_for_one_kind_alone(frontier, clock):
    await poll(frontier, an_entry("one"), next_poll=START + SECOND)
    clock.advance(SECOND)
    assert await frontier.claim(ME, 9, feeds=False, entries=False) == ()
    page = await claim_one(frontier, feeds=False)
    await frontier.free_host(page)
    clock.advance(SECOND)
    assert (await claim_one(frontier, entries=False)).url.endswith(".xml")


async def test_a_long_queue_of_the_other_kind_starves_nobody(frontier, clock):
    hosts = [f"h{n}.example" for n in range(40)]
    await poll(frontier, *(an_entry(host, host=host) for host in hosts), feed=a_feed("a"))
    clock.advance(SECOND)
    await frontier.register([a_feed("late")])
    claims = await frontier.claim(ME, 1, entries=False)
    assert [claim.state.feed.id for claim in claims] == ["late"]


async def test_a_stale_worker_does_not_end_anothers_turn(frontier, clock):
    await frontier.register([a_feed("a", "same.example"), a_feed("b", "same.example")])
    stale = await claim_one(frontier)
    clock.advance(LEASE)
    await claim_one(frontier, OTHER)
    await frontier.free_host(stale)
    await frontier.give_back(stale)
    clock.advance(10 * SECOND)
    assert await frontier.claim(ME, 9) == []


async def test_a_feed_that_moves_while_it_is_polled_leaves_its_old_host_free(frontier, clock):
    await frontier.register([a_feed(host="old.example")])
    lost = await claim_one(frontier)
    await frontier.register([a_feed(host="new.example")])
    clock.advance(LEASE)
    assert (await claim_one(frontier, OTHER)).url.startswith("https://new.example/")
    await frontier.free_host(lost)
    assert await frontier.next_slot(Host("old.example")) == timedelta()


async def test_a_longer_rest_may_follow_a_request(frontier, clock):
    await poll(frontier, an_entry("one"), an_entry("two"))
    clock.advance(SECOND)
    await frontier.free_host(await claim_one(frontier), pause=5 * SECOND)
    clock.advance(4 * SECOND)
    assert await frontier.claim(ME, 9) == []
    clock.advance(SECOND)
    assert len(await frontier.claim(ME, 9)) == 1


async def test_a_held_host_is_not_asked(frontier, clock):
    await frontier.register([a_feed()])
    await frontier.hold_host(Host("a.example"), START + HOUR)
    await frontier.hold_host(Host("a.example"), START + SECOND)  # never shortens
    clock.advance(HOUR - SECOND)
    assert await frontier.claim(ME, 9) == []
    assert (await frontier.census()).next_turn == START + HOUR
    clock.advance(SECOND)
    assert len(await frontier.claim(ME, 9)) == 1


async def test_a_hold_during_a_turn_outlasts_it(frontier, clock):
    await poll(frontier, an_entry("one"), an_entry("two"))
    clock.advance(SECOND)
    claim = await claim_one(frontier)
    await frontier.hold_host(Host("a.example"), clock.now() + HOUR)
    await frontier.retry(claim, clock.now() + SECOND, "http-429")
    clock.advance(HOUR - SECOND)
    assert await frontier.claim(ME, 9) == []


async def test_a_crawl_delay_lengthens_the_pause_and_can_be_taken_back(frontier, clock):
    host = Host("a.example")
    await frontier.set_host_pause(host, 10 * SECOND)
    await poll(frontier, *(an_entry(str(n)) for n in range(3)))
    clock.advance(9 * SECOND)
    assert await frontier.claim(ME, 9) == []
    clock.advance(SECOND)
    claim = await claim_one(frontier)
    await frontier.set_host_pause(host, timedelta())
    await frontier.done(claim)
    clock.advance(9 * SECOND)
    assert await frontier.claim(ME, 9) == []  # the slot was given under the longer pause
    clock.advance(SECOND)
    await frontier.done(await claim_one(frontier))
    clock.advance(SECOND)
    assert len(await frontier.claim(ME, 9)) == 1


async def test_a_crawl_delay_is_forgotten_after_a_week(frontier, clock):
    await frontier.set_host_pause(Host("a.example"), 10 * SECOND)
    clock.advance(8 * DAY)
    await poll(frontier, an_entry("one"))
    clock.advance(SECOND)
    assert len(await frontier.claim(ME, 9)) == 1


async def test_slots_for_uncovered_requests_keep_the_pause(frontier, clock):
    host = Host("a.example")
    waits = [(await frontier.next_slot(host)).total_seconds() for _ in range(3)]
    assert waits == [0, 1, 2]
    await frontier.register([a_feed()])
    clock.advance(2 * SECOND)
    assert await frontier.claim(ME, 9) == []
    clock.advance(SECOND)
    assert len(await frontier.claim(ME, 9)) == 1
    assert (await frontier.next_slot(host)).total_seconds() == 1


async def test_a_slot_waits_for_the_end_of_a_hold(frontier):
    await frontier.hold_host(Host("a.example"), START + HOUR)
    assert await frontier.next_slot(Host("a.example")) == HOUR
