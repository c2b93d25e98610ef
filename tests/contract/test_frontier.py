"""One body for both frontiers: the memory twin and a real server."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from crawler.errors import StoreError
from crawler.model import (
    Alert,
    Answer,
    Entry,
    EntryId,
    Fates,
    Feed,
    FeedId,
    Host,
    OutletId,
    Skipped,
    SkipReason,
    Validators,
    WorkerId,
)
from crawler.ports import HostLedger
from crawler.store import keys
from crawler.store.clock import SimulatedClock
from crawler.store.frontier import RedisFrontier
from crawler.store.memory_frontier import MemoryFrontier

START = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEASE = timedelta(seconds=120)
RULES = {
    "host_pause": SECOND,
    "lease": LEASE,
    "seen_window": 60 * DAY,
    "dead_window": 30 * DAY,
}
ME, OTHER = WorkerId("me@here 1"), WorkerId("other@there 2")


@pytest.fixture
def clock():
    return SimulatedClock(START)


@pytest.fixture(params=[("memory", 3), ("redis", 3)], ids=lambda param: param[0])
def frontier(request, clock):
    kind, losses = request.param
    if kind == "memory":
        return MemoryFrontier(clock, **RULES, losses=losses)
    return RedisFrontier(request.getfixturevalue("server"), clock, **RULES, losses=losses)


def a_feed(name="a", host=None, **facts):
    return Feed(
        FeedId(name), OutletId("outlet"), f"https://{host or name + '.example'}/{name}.xml", **facts
    )


def an_entry(name, host="a.example", **facts):
    return Entry(EntryId(name), f"https://{host}/{name}", OutletId("outlet"), FeedId("a"), **facts)


async def claim_one(frontier, worker=ME, **kinds):
    claims = await frontier.claim(worker, 1, **kinds)
    assert len(claims) == 1
    return claims[0]


async def poll(frontier, *entries, feed=None, next_poll=START + HOUR):
    """Register a feed, claim it, and commit a poll that lists these entries."""
    await frontier.register([feed or a_feed()])
    claim = await claim_one(frontier, entries=False)
    return await frontier.commit_poll(claim, replace(claim.state, next_poll=next_poll), entries)


async def a_claimed_entry(frontier, clock, name="one"):
    await poll(frontier, an_entry(name))
    clock.advance(SECOND)
    return await claim_one(frontier)


# --- the schedule ----------------------------------------------------------------------------


async def test_a_new_feed_is_due_at_once(frontier):
    assert await frontier.register([a_feed()]) == 1
    claim = await claim_one(frontier)
    assert claim.state.feed == a_feed()
    assert claim.url == "https://a.example/a.xml"
    assert claim.lease_until == START + LEASE


async def test_registering_again_changes_nothing(frontier, clock):
    await poll(frontier, next_poll=START + HOUR)
    assert await frontier.register([a_feed()]) == 0
    clock.advance(HOUR - SECOND)
    assert await frontier.claim(ME, 9) == []
    clock.advance(SECOND)
    assert len(await frontier.claim(ME, 9)) == 1


async def test_two_processes_may_register_one_catalogue_at_once(frontier):
    feeds = [a_feed(f"f{n}") for n in range(300)]
    assert sum(await asyncio.gather(*(frontier.register(feeds) for _ in range(4)))) == 300
    assert (await frontier.census()).due_feeds == 300


async def test_a_feed_that_moved_is_asked_at_its_new_host(frontier):
    await frontier.register([a_feed(host="old.example")])
    await frontier.register([a_feed(host="new.example")])
    claims = await frontier.claim(ME, 9)
    assert [claim.url for claim in claims] == ["https://new.example/a.xml"]


async def test_a_disabled_feed_leaves_the_schedule_and_keeps_its_state(frontier, clock):
    await frontier.register([a_feed()])
    claim = await claim_one(frontier)
    learned = replace(
        claim.state, validators=Validators('W/"1"', ""), next_poll=START + HOUR, failures=2
    )
    await frontier.commit_poll(claim, learned, [])
    await frontier.register([a_feed(enabled=False)])
    clock.advance(2 * HOUR)
    assert await frontier.claim(ME, 9) == []
    await frontier.register([a_feed()])
    assert (await claim_one(frontier)).state == learned


async def test_a_feed_disabled_while_it_is_polled_does_not_come_back(frontier, clock):
    await frontier.register([a_feed()])
    claim = await claim_one(frontier)
    await frontier.register([a_feed(enabled=False)])
    await frontier.commit_poll(claim, replace(claim.state, next_poll=START + HOUR), [])
    clock.advance(2 * HOUR)
    assert await frontier.claim(ME, 9) == []


async def test_a_paused_feed_waits_and_resumes_at_its_due_time(frontier, clock):
    await poll(frontier, next_poll=START + HOUR)
    assert await frontier.pause_feed(FeedId("a"), paused=True)
    clock.advance(2 * HOUR)
    assert await frontier.claim(ME, 9) == []
    assert [state.paused for state in await frontier.feeds()] == [True]
    assert await frontier.pause_feed(FeedId("a"), paused=False)
    assert len(await frontier.claim(ME, 9)) == 1


async def test_an_unknown_feed_cannot_be_paused(frontier):
    assert not await frontier.pause_feed(FeedId("nobody"), paused=True)


async def test_hastened_feeds_are_due_now_but_not_the_one_being_polled(frontier, clock):
    await frontier.register([a_feed("a"), a_feed("b"), a_feed("c", enabled=False)])
    held, other = await frontier.claim(ME, 2)
    await frontier.commit_poll(other, replace(other.state, next_poll=START + HOUR), [])
    clock.advance(SECOND)
    assert await frontier.hasten() == 1
    assert [claim.state.feed for claim in await frontier.claim(OTHER, 9)] == [other.state.feed]
    assert (await frontier.feeds())[1].next_poll == clock.now()
    assert held.state.feed.id == "a"


async def test_feeds_are_listed_with_what_polls_taught(frontier):
    await frontier.register([a_feed("b"), a_feed("a")])
    claim = await claim_one(frontier)
    learned = replace(
        claim.state, last_outcome="not-modified", last_poll=START, next_poll=START + HOUR
    )
    await frontier.commit_poll(claim, learned, [])
    first, second = await frontier.feeds()
    assert first == learned
    assert (second.feed.id, second.next_poll) == ("b", START)


# --- polls -----------------------------------------------------------------------------------


async def test_a_poll_queues_what_was_not_seen_before(frontier, clock):
    assert await poll(frontier, an_entry("one"), an_entry("two"), next_poll=START + SECOND) == 2
    clock.advance(SECOND)
    assert await poll(frontier, an_entry("two"), an_entry("three")) == 1
    assert (await frontier.census()).due == 3


async def test_news_decides_which_state_a_poll_leaves(frontier, clock):
    for outcome, due in (("with news", HOUR), ("quiet", 2 * HOUR)):
        await frontier.register([a_feed()])
        claim = await claim_one(frontier, entries=False)
        news = replace(claim.state, last_outcome="with news", next_poll=START + HOUR)
        quiet = replace(claim.state, last_outcome="quiet", next_poll=START + 2 * HOUR)
        await frontier.commit_poll(claim, news, [an_entry("one")], quiet=quiet)
        [state] = await frontier.feeds()
        assert (state.last_outcome, state.next_poll) == (outcome, START + due)
        clock.advance(HOUR)


async def test_an_entry_listed_twice_in_one_poll_is_one_entry(frontier):
    assert await poll(frontier, an_entry("one"), an_entry("one")) == 1


async def test_entries_are_claimed_in_the_order_listed(frontier, clock):
    await poll(frontier, *(an_entry(name) for name in "cab"))
    names = []
    for _ in range(3):
        clock.advance(SECOND)
        claim = await claim_one(frontier)
        names.append(claim.entry.id)
        await frontier.done(claim)
    assert names == ["c", "a", "b"]


async def test_an_entry_comes_back_as_it_was_listed(frontier, clock):
    entry = an_entry(
        "one", title="Кордон ’26 \U0001f69b", summary="a b\nc", language="uk",
        published=START - HOUR, discovered=START,
    )  # fmt: skip
    await poll(frontier, entry)
    clock.advance(SECOND)
    claim = await claim_one(frontier)
    assert (claim.entry, claim.attempts) == (entry, 0)


async def test_half_a_character_in_a_title_does_not_stop_the_poll(frontier, clock):
    assert await poll(frontier, an_entry("one", title="cut \ud83d"), an_entry("two")) == 2


async def test_an_entry_without_a_usable_address_still_gets_its_verdict(frontier, clock):
    odd = replace(an_entry("one"), url="mailto:nobody")
    await poll(frontier, odd, an_entry("two"))
    clock.advance(SECOND)
    claims = await frontier.claim(ME, 9)
    assert {claim.entry.id for claim in claims} == {"one", "two"}


async def test_a_seen_mark_is_kept_while_the_entry_is_listed_and_forgotten_after(frontier, clock):
    await poll(frontier, an_entry("listed"), an_entry("dropped"))
    for _ in range(2):
        clock.advance(SECOND)
        await frontier.done(await claim_one(frontier))
    clock.advance(50 * DAY)
    assert await poll(frontier, an_entry("listed")) == 0
    clock.advance(50 * DAY)
    assert await poll(frontier, an_entry("listed"), an_entry("dropped")) == 1


async def test_a_revised_entry_is_queued_again_and_counts_as_seen(frontier, clock):
    await poll(frontier, an_entry("a"), an_entry("b"))
    for _ in range(2):
        clock.advance(SECOND)
        await frontier.done(await claim_one(frontier))
    clock.advance(HOUR)
    revised = replace(an_entry("a"), title="Corrected")
    claim = await claim_one(frontier)
    news, quiet = (replace(claim.state, next_poll=START + 9 * HOUR, last_outcome=outcome)
                   for outcome in ("news", "quiet"))  # fmt: skip
    listed = [revised, an_entry("b")]
    assert await frontier.commit_poll(claim, news, listed, quiet=quiet, again=["a"]) == 0
    assert (await frontier.feeds())[0].last_outcome == "quiet"
    clock.advance(SECOND)
    again = await claim_one(frontier)
    assert (again.entry, again.attempts) == (revised, 0)
    await frontier.done(again)
    clock.advance(SECOND)
    assert await frontier.claim(ME, 9) == []


async def test_a_revised_entry_that_waits_is_under_way_or_dead_stays_so(frontier, clock):
    entries = [an_entry(name, host=f"{name}.example") for name in ("dead", "leased", "waits")]
    await poll(frontier, *entries)
    clock.advance(SECOND)
    claims = {claim.entry.id: claim for claim in await frontier.claim(ME, 9)}
    await frontier.bury(claims["dead"], "http-403")
    await frontier.retry(claims["waits"], START + 99 * HOUR, "timeout")
    before = [await frontier.entries(state, 9) for state in ("dead", "leased", "waiting")]
    await frontier.hasten()
    (claim,) = await frontier.claim(OTHER, 9, entries=False)
    state = replace(claim.state, next_poll=START + 9 * HOUR)
    again = [entry.id for entry in entries]
    assert await frontier.commit_poll(claim, state, entries, again=again) == 0
    after = [await frontier.entries(state, 9) for state in ("dead", "leased", "waiting")]
    assert after == before
    assert [len(some) for some in after] == [1, 1, 1]


async def test_a_poll_of_two_thousand_entries_is_one_step(frontier, clock):
    entries = [an_entry(f"e{n:04}", host=f"h{n % 7}.example") for n in range(2_000)]
    assert await poll(frontier, *entries, next_poll=START + SECOND) == 2_000
    assert (await frontier.census()).due == 2_000
    clock.advance(SECOND)
    assert await poll(frontier, *entries, *(an_entry(f"new{n}") for n in range(5))) == 5


async def test_a_repeated_commit_changes_nothing_more(frontier, clock):
    await frontier.register([a_feed()])
    claim = await claim_one(frontier)
    state = replace(claim.state, next_poll=START + HOUR)
    assert await frontier.commit_poll(claim, state, [an_entry("one")]) == 1
    before = await frontier.census()
    assert await frontier.commit_poll(claim, state, [an_entry("one"), an_entry("two")]) == 0
    assert await frontier.census() == before


async def test_a_poll_whose_lease_was_lost_changes_nothing(frontier, clock):
    await frontier.register([a_feed()])
    slow = await claim_one(frontier)
    clock.advance(LEASE)
    quick = await claim_one(frontier, OTHER)
    late = replace(slow.state, next_poll=START + 9 * HOUR, last_outcome="late")
    assert await frontier.commit_poll(slow, late, [an_entry("one")]) == 0
    assert (await frontier.feeds())[0].last_outcome == ""
    assert await frontier.claim(ME, 9) == []  # the turn is still the other's
    right = replace(quick.state, next_poll=START + HOUR, last_outcome="modified")
    assert await frontier.commit_poll(quick, right, [an_entry("one")]) == 1


async def test_a_poll_without_its_next_instant_is_refused(frontier):
    await frontier.register([a_feed()])
    claim = await claim_one(frontier)
    with pytest.raises(ValueError, match="next"):
        await frontier.commit_poll(claim, replace(claim.state, next_poll=None), [])


# --- hosts' turns ----------------------------------------------------------------------------


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


# --- leases ----------------------------------------------------------------------------------


async def test_nothing_is_claimed_twice_by_many_at_once(frontier, clock):
    hosts = [f"h{n:03}.example" for n in range(50)]
    await poll(frontier, *(an_entry(f"{n}{host}", host) for host in hosts for n in range(4)))
    taken: Counter[str] = Counter()
    for _ in range(4):
        clock.advance(SECOND)
        rounds = [frontier.claim(WorkerId(f"w{n}"), 7, feeds=False) for n in range(10)]
        claims = [claim for some in await asyncio.gather(*rounds) for claim in some]
        assert len({claim.url.split("/")[2] for claim in claims}) == len(claims) == 50
        taken.update(claim.entry.id for claim in claims)
        for claim in claims:
            await frontier.free_host(claim)
    assert len(taken) == 200
    assert set(taken.values()) == {1}


async def test_a_lost_lease_falls_due_again_without_an_attempt(frontier, clock):
    claim = await a_claimed_entry(frontier, clock)
    clock.advance(LEASE - timedelta(milliseconds=1))
    assert (await frontier.census()).leased == 1
    assert await frontier.claim(OTHER, 9) == []
    clock.advance(timedelta(milliseconds=1))
    census = await frontier.census()
    assert (census.leased, census.due) == (0, 1)
    again = await claim_one(frontier, OTHER)
    assert (again.entry, again.attempts) == (claim.entry, 0)
    assert again.key != claim.key


async def test_an_entry_that_is_lost_again_and_again_is_buried(frontier, clock):
    await a_claimed_entry(frontier, clock)
    for _ in range(2):
        clock.advance(LEASE)
        await claim_one(frontier)
    clock.advance(LEASE)
    assert await frontier.claim(ME, 9) == []
    assert [letter.reason for letter in await frontier.entries("dead", 9)] == ["lost"]


@pytest.mark.parametrize("frontier", [("memory", 40), ("redis", 40)], indirect=True)
async def test_an_entry_lost_in_a_storm_waits_ever_longer_and_outlives_it(frontier, clock):
    await a_claimed_entry(frontier, clock)
    waits = []
    for _ in range(39):
        clock.advance(2 * SECOND)  # the host has rested
        assert await frontier.reclaim(ME) == 1
        wait = (await frontier.census()).next_turn - clock.now()
        waits.append(max(wait // SECOND, 0))
        clock.advance(max(wait, 0 * SECOND))
        await claim_one(frontier)
    assert waits == [0] * 10 + [1, 2, 4, 8, 16, 32] + [60] * 23
    await frontier.reclaim(ME)
    assert [letter.reason for letter in await frontier.entries("dead", 9)] == ["lost"]


async def test_a_worker_that_lost_its_lease_can_neither_retry_nor_bury(frontier, clock):
    stale = await a_claimed_entry(frontier, clock)
    clock.advance(LEASE)
    held = await claim_one(frontier, OTHER)
    before = await frontier.census()
    await frontier.retry(stale, clock.now() + HOUR, "timeout")
    await frontier.bury(stale, "http-500")
    await frontier.give_back(stale)
    assert await frontier.census() == before
    await frontier.done(held)
    assert (await frontier.census()).leased == 0


async def test_work_done_is_done_even_after_the_lease(frontier, clock):
    stale = await a_claimed_entry(frontier, clock)
    clock.advance(LEASE)
    held = await claim_one(frontier, OTHER)
    await frontier.done(stale)
    await frontier.done(held)
    await frontier.skip(held, Skipped(SkipReason.NO_TEXT))
    clock.advance(LEASE)
    assert await frontier.claim(ME, 9) == []
    assert await frontier.skipped() == {}


async def test_a_dead_workers_claims_are_free_at_once(frontier, clock):
    await frontier.register([a_feed("a"), a_feed("b")])
    await poll(frontier, an_entry("one"), an_entry("two"), feed=a_feed("a"))
    clock.advance(SECOND)
    assert len(await frontier.claim(ME, 9)) == 2
    assert await frontier.workers() == [ME]
    assert await frontier.reclaim(OTHER) == 0
    assert await frontier.reclaim(ME) == 2
    assert await frontier.workers() == []
    clock.advance(SECOND)
    again = await frontier.claim(OTHER, 9)
    assert {claim.url for claim in again} == {"https://a.example/two", "https://b.example/b.xml"}
    assert await frontier.workers() == [OTHER]


async def test_a_claim_given_back_is_as_if_never_taken(frontier, clock):
    claim = await a_claimed_entry(frontier, clock)
    await frontier.give_back(claim)
    clock.advance(SECOND)
    again = await claim_one(frontier)
    assert (again.entry, again.attempts) == (claim.entry, 0)
    assert (await frontier.entries("leased", 9))[0].reason == ""


async def test_a_feed_given_back_is_due_when_it_was(frontier, clock):
    await frontier.register([a_feed()])
    await frontier.give_back(await claim_one(frontier))
    assert (await frontier.feeds())[0].next_poll == START
    clock.advance(SECOND)
    assert (await claim_one(frontier)).state.next_poll == START


# --- endings of entries ----------------------------------------------------------------------


async def test_an_entry_retried_comes_back_with_one_attempt_more(frontier, clock):
    claim = await a_claimed_entry(frontier, clock)
    at = clock.now() + timedelta(minutes=1)
    await frontier.retry(claim, at, "timeout")
    await frontier.retry(claim, at + HOUR, "again")  # its reply was lost; changes nothing
    census = await frontier.census()
    assert (census.due, census.later, census.next_due) == (0, 1, at)
    [waiting] = await frontier.entries("waiting", 9)
    assert (waiting.attempts, waiting.reason, waiting.at) == (1, "timeout", at)
    clock.advance(timedelta(minutes=1))
    assert (await claim_one(frontier)).attempts == 1


async def test_dead_letters_are_kept_shown_and_put_back(frontier, clock):
    claim = await a_claimed_entry(frontier, clock)
    await frontier.retry(claim, clock.now() + SECOND, "timeout")
    clock.advance(SECOND)
    claim = await claim_one(frontier)
    await frontier.bury(claim, "http-403")
    await frontier.bury(claim, "repeated")
    [letter] = await frontier.entries("dead", 9)
    assert (letter.entry, letter.state, letter.reason) == (claim.entry, "dead", "http-403")
    assert (letter.attempts, letter.at) == (1, clock.now())
    assert (await frontier.census()).dead == 1
    assert await frontier.retry_dead([EntryId("nobody")]) == 0
    assert await frontier.retry_dead([claim.entry.id, claim.entry.id]) == 1
    clock.advance(SECOND)
    assert (await claim_one(frontier)).attempts == 0
    assert (await frontier.census()).dead == 0


async def test_all_dead_letters_can_be_put_back_together(frontier, clock):
    await poll(frontier, *(an_entry(f"e{n}", f"h{n}.example") for n in range(30)))
    clock.advance(SECOND)
    for claim in await frontier.claim(ME, 99):
        await frontier.bury(claim, "http-500")
    assert await frontier.retry_dead(None) == 30
    assert (await frontier.census()).due == 30


async def test_dead_letters_do_not_outlive_their_window(frontier, clock):
    claim = await a_claimed_entry(frontier, clock)
    await frontier.bury(claim, "http-403")
    clock.advance(30 * DAY)
    assert (await frontier.census()).dead == 0
    await frontier.claim(ME, 1)
    assert await frontier.entries("dead", 9) == []
    assert await frontier.retry_dead(None) == 0


async def test_a_dead_letter_is_not_queued_again_by_its_feed(frontier, clock):
    claim = await a_claimed_entry(frontier, clock)
    await frontier.bury(claim, "http-403")
    clock.advance(HOUR)
    assert await poll(frontier, claim.entry) == 0


async def test_skips_are_counted_by_reason_and_listed(frontier, clock):
    await poll(frontier, *(an_entry(f"e{n}", f"h{n}.example") for n in range(3)))
    clock.advance(SECOND)
    one, two, three = await frontier.claim(ME, 9, feeds=False)
    await frontier.skip(one, Skipped(SkipReason.OFF_TOPIC))
    await frontier.skip(one, Skipped(SkipReason.OFF_TOPIC))
    await frontier.skip(two, Skipped(SkipReason.OFF_TOPIC))
    await frontier.skip(three, Skipped(SkipReason.GONE, "http-410"))
    assert await frontier.skipped() == {"gone": 1, "off-topic": 2}
    newest, *_ = await frontier.entries("skipped", 2)
    assert (newest.entry, newest.state, newest.reason) == (three.entry, "skipped", "gone: http-410")
    assert newest.at == clock.now()
    assert len(await frontier.entries("skipped", 2)) == 2
    clock.advance(30 * DAY)
    assert await frontier.skipped() == {}


async def test_a_skipped_entry_can_be_visited_again(frontier, clock):
    claim = await a_claimed_entry(frontier, clock)
    await frontier.skip(claim, Skipped(SkipReason.OFF_TOPIC, "by its entry"))
    passed = await frontier.entries("skipped", 9)
    assert await frontier.revisit(passed) == 1
    assert await frontier.revisit(passed) == 0
    assert await frontier.entries("skipped", 9) == []
    clock.advance(HOUR)
    (again,) = await frontier.claim(ME, 9, feeds=False)
    assert (again.entry, again.attempts) == (claim.entry, 0)
    await frontier.done(again)
    clock.advance(HOUR)
    assert await poll(frontier, claim.entry) == 0


async def test_a_finished_entry_leaves_only_its_seen_mark(frontier, clock):
    claim = await a_claimed_entry(frontier, clock)
    await frontier.done(claim)
    await frontier.done(claim)
    for state in ("waiting", "leased", "dead", "skipped"):
        assert await frontier.entries(state, 9) == []
    clock.advance(HOUR)
    assert await poll(frontier, claim.entry) == 0


# --- what an operator sees -------------------------------------------------------------------


async def test_the_census_of_an_empty_frontier_is_empty(frontier):
    census = await frontier.census()
    assert (census.due, census.leased, census.later, census.dead) == (0, 0, 0, 0)
    assert census.next_due is census.next_turn is census.next_feed_turn is None


async def test_the_census_counts_due_work_whatever_the_host_budget_says(frontier, clock):
    await poll(frontier, an_entry("one"), an_entry("two"), next_poll=START + HOUR)
    census = await frontier.census()
    assert (census.due, census.due_feeds, census.leased) == (2, 0, 0)
    assert census.next_turn == START + SECOND
    assert census.next_feed_turn == START + HOUR


async def test_the_newest_entries_of_a_state_come_first(frontier, clock):
    await poll(frontier, an_entry("one"))
    clock.advance(SECOND)
    await poll(frontier, an_entry("two"), feed=a_feed("b"))
    assert [shown.entry.id for shown in await frontier.entries("waiting", 1)] == ["two"]
    assert await frontier.entries("waiting", 0) in ([], ())


async def test_robots_files_are_shared_within_their_lifetime(frontier, clock):
    host = Host("a.example:443")
    assert await frontier.robots(host) is None
    await frontier.keep_robots(host, b"User-agent: *\n\xff Disallow:", 100 * DAY)
    assert await frontier.robots(host) == b"User-agent: *\n\xff Disallow:"
    clock.advance(DAY)  # RFC 9309: no longer than that
    assert await frontier.robots(host) is None
    await frontier.keep_robots(host, b"", HOUR)
    assert await frontier.robots(host) == b""


async def test_no_key_is_left_without_an_expiry_or_a_trim_rule(server, clock):
    frontier = RedisFrontier(server, clock, **RULES)
    await poll(frontier, *(an_entry(f"e{n}", f"h{n}.example") for n in range(9)))
    clock.advance(SECOND)
    one, two, three, four, *_ = await frontier.claim(ME, 9, feeds=False)
    await frontier.skip(one, Skipped(SkipReason.NO_TEXT))
    await frontier.bury(two, "http-403")
    await frontier.retry(three, clock.now() + SECOND, "timeout")
    await frontier.done(four)
    await frontier.keep_robots(Host("a.example:443"), b"", HOUR)
    await frontier.hold_host(Host("a.example"), clock.now() + 90 * DAY)
    name = keys.frontier()
    expiring = tuple(name[family] for family in ("claimed", "host", "robots", "skips"))
    trimmed = tuple(name[family] for family in name if name[family] not in expiring)
    async for key in server.scan_iter():
        if key.decode().startswith(expiring):
            assert await server.pttl(key) > 0
        else:
            assert key.decode().startswith(trimmed)
    assert await server.pttl(name["host"] + "a.example") > 90 * DAY / timedelta(milliseconds=1)


async def test_a_server_that_forgot_the_scripts_is_told_them_again(server, clock):
    frontier = RedisFrontier(server, clock, **RULES)
    await poll(frontier, an_entry("one"))
    await server.script_flush()
    assert (await frontier.census()).due == 1


async def test_a_server_that_is_away_is_a_store_error(tmp_path, clock):
    away = Redis(unix_socket_path=str(tmp_path / "nobody"), retry=Retry(NoBackoff(), 0))
    frontier = RedisFrontier(away, clock, **RULES)
    for question in (frontier.census(), frontier.robots(Host("a")), frontier.entries("skipped", 1)):
        with pytest.raises(StoreError, match="cannot be reached"):
            await question
    await away.aclose()


# --- diaries ---------------------------------------------------------------------------------


A_HOST = Host("a.example")


async def test_a_ledger_adds_up_what_hosts_bore(frontier, clock):
    asked = [Answer(A_HOST, 200, 900, 0.25), Answer(A_HOST, 304, 0, 0.05)]
    elsewhere = Answer(Host("b.example"), 429, 10, 1.0)
    await frontier.register([a_feed()])
    claim = await claim_one(frontier)
    state = replace(claim.state, next_poll=START + HOUR)
    await frontier.commit_poll(claim, state, [an_entry("one")], answers=[*asked, elsewhere])
    clock.advance(SECOND)
    await frontier.free_host(await claim_one(frontier), answers=[Answer(A_HOST, 0, 0, 15.0)])
    assert await frontier.ledger(1) == [
        HostLedger(A_HOST, 3, 900, not_modified=1, failed=1, milliseconds=15_300),
        HostLedger(Host("b.example"), 1, 10, refused=1, milliseconds=1_000),
    ]
    assert await frontier.ledger(1, [Host("c.example")]) == [HostLedger(Host("c.example"))]


async def test_a_ledger_is_kept_by_day(frontier, clock):
    await poll(frontier)
    for day in range(3):
        clock.advance(DAY)
        claim = await claim_one(frontier)
        state = replace(claim.state, next_poll=clock.now() + HOUR)
        answers = [Answer(A_HOST, 200, 10**day, 0.0)]
        await frontier.commit_poll(claim, state, answers=answers)
    assert [(await frontier.ledger(days))[0].bytes for days in (1, 2, 30)] == [100, 110, 111]


async def test_answers_of_a_lost_lease_are_not_counted_twice(frontier, clock):
    await frontier.register([a_feed()])
    stale = await claim_one(frontier)
    state = replace(stale.state, next_poll=START + HOUR)
    answers = [Answer(A_HOST, 200, 1, 0.0)]
    await frontier.commit_poll(stale, state, answers=answers)
    await frontier.commit_poll(stale, state, answers=answers)
    await frontier.free_host(stale, answers=answers)
    assert (await frontier.ledger(1))[0].requests == 1


async def test_a_slow_host_rests_as_long_as_it_is_told(frontier, clock):
    await frontier.register([a_feed()])
    claim = await claim_one(frontier)
    state = replace(claim.state, next_poll=START)
    await frontier.commit_poll(claim, state, pause=9 * SECOND)
    assert (await frontier.census()).next_turn == START + 9 * SECOND


async def test_fates_tell_how_a_feeds_pages_ended(frontier, clock):
    await poll(frontier, *(an_entry(f"{n}") for n in range(4)))
    endings = [None, SkipReason.CONSENT_WALL, SkipReason.SAME_ARTICLE, SkipReason.OFF_TOPIC]
    for reason in endings:
        clock.advance(SECOND)
        claim = await claim_one(frontier)
        await (frontier.skip(claim, Skipped(reason)) if reason else frontier.done(claim))
        await frontier.done(claim)
    assert await frontier.fates(7) == {FeedId("a"): Fates(1, 1, 1, 1)}
    clock.advance(8 * DAY)
    assert await frontier.fates(7) == {}


async def test_an_alert_is_told_with_the_poll_that_raised_it(frontier, clock):
    alerts = [
        Alert(FeedId("a"), OutletId("outlet"), "https://a.example", "healthy", health, "x", START)
        for health in ("silent", "gone")
    ]
    await frontier.register([a_feed()])
    for alert in alerts:
        clock.advance(HOUR)
        claim = await claim_one(frontier)
        state = replace(claim.state, next_poll=clock.now() + HOUR)
        await frontier.commit_poll(claim, state, alert=alert)
        await frontier.commit_poll(claim, state, alert=alert)
    assert await frontier.alerts(9) == alerts[::-1]
    assert await frontier.alerts(1) == alerts[1:]


# --- feeds that move -------------------------------------------------------------------------


async def moved_feed(frontier, to="https://new.example/a.xml"):
    await frontier.register([a_feed()])
    claim = await claim_one(frontier)
    state = replace(
        claim.state, next_poll=START + HOUR, adopted=to, adopted_for=claim.state.feed.url
    )
    await frontier.commit_poll(claim, state)


async def test_an_adopted_address_is_asked_at_its_own_host(frontier, clock):
    await moved_feed(frontier)
    await frontier.hold_host(Host("a.example"), START + DAY)
    clock.advance(HOUR)
    claim = await claim_one(frontier)
    assert claim.url == "https://new.example/a.xml"
    assert claim.state.feed == a_feed()
    await frontier.commit_poll(claim, replace(claim.state, next_poll=START + 2 * HOUR))
    assert (await frontier.census()).next_turn == START + 2 * HOUR


async def test_an_adopted_address_outlives_a_restart(frontier, clock):
    await moved_feed(frontier)
    await frontier.register([a_feed(verified=False)])
    await frontier.hold_host(Host("a.example"), START + DAY)
    clock.advance(HOUR)
    assert (await claim_one(frontier)).url == "https://new.example/a.xml"


async def test_a_feed_that_came_back_to_its_address_is_asked_where_that_had_moved(frontier, clock):
    await moved_feed(frontier)
    await frontier.register([a_feed(host="other.example")])
    await frontier.register([a_feed()])
    await frontier.hold_host(Host("a.example"), START + DAY)
    clock.advance(HOUR)
    assert (await claim_one(frontier)).url == "https://new.example/a.xml"


async def test_a_feed_that_the_catalogue_moved_forgets_what_it_adopted(frontier, clock):
    await moved_feed(frontier)
    await frontier.register([a_feed(host="third.example")])
    clock.advance(HOUR)
    assert (await claim_one(frontier)).url == "https://third.example/a.xml"


async def test_a_feed_may_go_back_to_its_own_address(frontier, clock):
    await moved_feed(frontier)
    clock.advance(HOUR)
    claim = await claim_one(frontier)
    back = replace(claim.state, next_poll=START + 2 * HOUR, adopted="", adopted_for="")
    await frontier.commit_poll(claim, back)
    await frontier.hold_host(Host("new.example"), START + DAY)
    clock.advance(HOUR)
    assert (await claim_one(frontier)).url == a_feed().url


async def test_a_chosen_feed_is_hastened_alone(frontier, clock):
    await frontier.register([a_feed("a"), a_feed("b")])
    for claim in await frontier.claim(ME, 9):
        await frontier.commit_poll(claim, replace(claim.state, next_poll=START + HOUR))
    clock.advance(SECOND)
    assert await frontier.hasten([FeedId("b"), FeedId("unknown")]) == 1
    assert await frontier.hasten([]) == 0
    assert [claim.url for claim in await frontier.claim(ME, 9)] == ["https://b.example/b.xml"]
