"""When feeds are due, and what is left of those that moved."""

import asyncio
from dataclasses import replace

from frontiers import DAY, HOUR, LEASE, ME, OTHER, SECOND, START, a_feed, claim_one, poll

from crawler.model import FeedId, Host, Validators

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
