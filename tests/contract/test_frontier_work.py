"""How work in hand is held, lost and ended."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from frontiers import (
    DAY,
    HOUR,
    LEASE,
    ME,
    OTHER,
    SECOND,
    START,
    a_claimed_entry,
    a_feed,
    an_entry,
    claim_one,
    poll,
)

from crawler.model import (
    Entry,
    EntryClaim,
    EntryId,
    FeedId,
    OutletId,
    Skipped,
    SkipReason,
    WorkerId,
)

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


async def test_losses_before_an_entry_was_tried_do_not_count_any_more(frontier, clock):
    await a_claimed_entry(frontier, clock)
    for _ in range(2):
        clock.advance(LEASE)
        claim = await claim_one(frontier)
    await frontier.retry(claim, clock.now() + SECOND, "timeout")
    clock.advance(SECOND)
    for _ in range(2):
        await claim_one(frontier)
        clock.advance(LEASE)
    await claim_one(frontier)
    assert await frontier.entries("dead", 9) == []


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
    polled = await claim_one(frontier)
    assert await frontier.entries("dead", 9) == []
    assert await frontier.retry_dead(None) == 0
    state = replace(polled.state, next_poll=clock.now() + DAY)
    await frontier.commit_poll(polled, state, [claim.entry], again=[claim.entry.id])
    assert (await frontier.census()).due == 1  # nothing is left of what it was


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


async def test_a_claim_that_the_frontier_never_gave_ends_without_a_trace(frontier):
    entry = Entry(EntryId("e"), "https://paper.example/1", OutletId("paper"), FeedId(""))
    claim = EntryClaim("", entry, 0, START)
    await frontier.free_host(claim)
    await frontier.retry(claim, START, "http-500")
    await frontier.bury(claim, "http-403")
    await frontier.skip(claim, Skipped(SkipReason.ROBOTS))
    await frontier.done(claim)
    census = await frontier.census()
    assert (census.due, census.leased, census.later, census.dead) == (0, 0, 0, 0)
    assert await frontier.skipped() == {}
