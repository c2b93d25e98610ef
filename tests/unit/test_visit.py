"""Does every fetched, refused or broken entry end under the right word?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import settings
from crawler.config import Config
from crawler.model import Entry, EntryId, Feed, FeedId, OutletId, Skipped, SkipReason, WorkerId
from crawler.store.clock import SimulatedClock
from crawler.store.memory.frontier import MemoryFrontier
from crawler.telemetry import Answers, Tally
from crawler.visit import Bury, Retry, Visit, judge_body, judge_failure, judge_status

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WORKER = WorkerId("test:1:0")
CONFIG = Config.from_settings({n: getattr(settings, n) for n in dir(settings) if n.isupper()}, {})


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        (200, None),
        (203, None),
        (202, Retry("http-202")),
        (204, Retry("http-204")),
        (206, Retry("http-206")),
        (404, Skipped(SkipReason.GONE, "http-404")),
        (410, Skipped(SkipReason.GONE, "http-410")),
        (403, Bury("http-403")),
        (429, Retry("http-429")),
        (500, Retry("http-500")),
        (503, Retry("http-503")),
    ],
)
def test_a_status_says_what_becomes_of_the_entry(status, meaning):
    assert judge_status(status) == meaning


@pytest.mark.parametrize("body", [b"", b" \r\n\t"])
def test_an_empty_page_may_come_whole_another_time(body):
    assert judge_body(body) == Retry("empty")
    assert judge_body(body + b"<p>x") is None


@pytest.mark.parametrize(
    ("reason", "meaning"),
    [
        ("robots", Skipped(SkipReason.ROBOTS)),
        ("blocked-address", Bury("blocked-address")),
        ("header-timeout", Retry("header-timeout")),
        ("crashed", Retry("crashed")),
    ],
)
def test_a_failure_says_what_becomes_of_the_entry(reason, meaning):
    assert judge_failure(reason) == meaning


class Desk:
    """A frontier with one claimed entry, and the use case that ends it."""

    def __init__(self):
        self.clock = SimulatedClock(START)
        self.frontier = MemoryFrontier(
            self.clock,
            host_pause=timedelta(0),
            lease=timedelta(minutes=2),
            seen_window=timedelta(days=60),
            dead_window=timedelta(days=30),
        )
        self.tally = Tally()
        self.visit = Visit(
            self.frontier, self.clock, CONFIG, self.tally, answers=Answers(), dice=lambda: 0.0
        )

    async def claim(self):
        await self.frontier.register([Feed(FeedId("f"), OutletId("o"), "https://o.example/feed")])
        [poll] = await self.frontier.claim(WORKER, 1)
        entry = Entry(EntryId("e"), "https://o.example/1", OutletId("o"), FeedId("f"))
        await self.frontier.commit_poll(poll, _later(poll.state), [entry])
        return await self.next_claim()

    async def next_claim(self):
        [claim] = await self.frontier.claim(WORKER, 1)
        return claim


def _later(state):
    return replace(state, next_poll=START + timedelta(days=7))


@pytest.mark.parametrize(
    ("reason", "retries"),
    [("truncated", CONFIG.retries), ("body-timeout", CONFIG.retries), ("http-408", CONFIG.retries)]
    + [
        (reason, 3 * CONFIG.retries)
        for reason in ("http-500", "http-503", "http-429", "dns", "robots-unreachable", "host-busy")
    ],
)
async def test_a_retried_entry_comes_back_and_is_buried_after_the_last(reason, retries):
    desk = Desk()
    claim = await desk.claim()
    for _ in range(retries):
        await desk.visit.trouble(claim, Retry(reason))
        assert (await desk.frontier.census()).due == 0
        desk.clock.advance(CONFIG.retry_longest)
        claim = await desk.next_claim()
    await desk.visit.trouble(claim, Retry(reason))
    [letter] = await desk.frontier.entries("dead", 10)
    assert (letter.entry.id, letter.reason) == ("e", reason)
    assert desk.tally[f"retry/{reason}"] == retries
    assert desk.tally[f"dead/{reason}"] == 1


@pytest.mark.parametrize("reason", ["crashed", "memory", "deadline"])
async def test_a_page_that_kills_its_parsers_is_buried_after_the_third(reason):
    desk = Desk()
    claim = await desk.claim()
    for _ in range(2):
        await desk.visit.trouble(claim, Retry(reason))
        desk.clock.advance(CONFIG.retry_longest)
        claim = await desk.next_claim()
    await desk.visit.trouble(claim, Retry(reason))
    [letter] = await desk.frontier.entries("dead", 10)
    assert (letter.reason, letter.attempts) == (reason, 2)


async def test_an_entry_passed_over_is_counted_as_such_and_listed_with_its_stage():
    desk = Desk()
    claim = await desk.claim()
    await desk.visit.passed_over(claim, Skipped(SkipReason.OFF_TOPIC, "by its entry"))
    assert desk.tally.of("entry") == {"passed-over": 1}
    assert desk.tally.of("skip") == {"off-topic": 1}
    (shown,) = await desk.frontier.entries("skipped", 9)
    assert shown.reason == "off-topic: by its entry"


async def test_a_skipped_entry_is_counted_by_reason_and_done():
    desk = Desk()
    await desk.visit.trouble(await desk.claim(), Skipped(SkipReason.OFF_TOPIC))
    assert await desk.frontier.skipped() == {"off-topic": 1}
    assert (await desk.frontier.census()).leased == 0
