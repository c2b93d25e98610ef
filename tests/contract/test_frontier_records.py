"""What an operator sees, and what is written down."""

from dataclasses import replace
from datetime import timedelta

import pytest
from frontiers import A_HOST, DAY, HOUR, ME, RULES, SECOND, START, a_feed, an_entry, claim_one, poll
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from crawler.errors import StoreError
from crawler.model import Alert, Answer, Fates, FeedId, Host, OutletId, Skipped, SkipReason
from crawler.ports import HostLedger
from crawler.store import keys
from crawler.store.frontier import RedisFrontier
from crawler.store.records import millis

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


async def test_a_claim_asked_for_again_after_its_reply_was_lost_is_the_same_claim(server, clock):
    frontier = RedisFrontier(server, clock, **RULES)
    await frontier.register([a_feed(name) for name in "abc"])
    until = millis(clock.now() + HOUR)
    first, again, other = [
        [row[0] for row in await frontier._run("claim", ME, nonce, 1, until, "fe")]
        for nonce in ("one", "one", "two")
    ]
    assert first == again != other
    assert (await frontier.census()).leased == 2


async def test_a_server_that_is_away_is_a_store_error(tmp_path, clock):
    away = Redis(unix_socket_path=str(tmp_path / "nobody"), retry=Retry(NoBackoff(), 0))
    frontier = RedisFrontier(away, clock, **RULES)
    for question in (frontier.census(), frontier.robots(Host("a")), frontier.entries("skipped", 1)):
        with pytest.raises(StoreError, match="cannot be reached"):
            await question
    await away.aclose()


# --- diaries ---------------------------------------------------------------------------------


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
