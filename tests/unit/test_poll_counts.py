"""Is each poll counted once, under what became of it?"""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.cli.session import default_settings
from crawler.config import Config
from crawler.directory import Directory
from crawler.model import Feed, FeedId, OutletId, PollClaim, WorkerId
from crawler.poll import Poll, Reply
from crawler.push import Push
from crawler.store.clock import SimulatedClock
from crawler.store.hubs import MemoryHubs
from crawler.store.memory.frontier import MemoryFrontier
from crawler.store.memory.subscriptions import MemorySubscriptions
from crawler.telemetry import Answers, Tally

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEASE = timedelta(minutes=2)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = Feed(FeedId("a"), OutletId("a"), "https://a.example/rss")
RSS = b"""<rss version="2.0"><channel><title>A</title>
<item><title>One</title><link>https://a.example/1</link></item></channel></rss>"""
INDEX = b"<sitemapindex><sitemap><loc>https://a.example/news.xml</loc></sitemap></sitemapindex>"


class Here:
    """A pool that works in this process."""

    async def run(self, _url, _deadline, function, *arguments):
        return function(*arguments)


@pytest.fixture
def clock():
    return SimulatedClock(NOON)


@pytest.fixture
async def frontier(clock):
    frontier = MemoryFrontier(clock, host_pause=timedelta(0), lease=LEASE, seen_window=DAY,
                              dead_window=DAY)  # fmt: skip
    await frontier.register([FEED])
    return frontier


@pytest.fixture
def tally():
    return Tally()


@pytest.fixture
def poll(frontier, clock, tally):
    config = Config.from_settings(default_settings())
    return Poll(
        frontier, clock, config, Here(), tally, answers=Answers(),
        directory=Directory(MemorySubscriptions(), ()),
        push=Push(MemoryHubs(), frontier, clock, config),
    )  # fmt: skip


async def test_a_poll_whose_lease_was_lost_is_counted_as_that_alone(frontier, clock, tally, poll):
    (slow,) = await frontier.claim(WorkerId("slow"), 1)
    clock.advance(LEASE)
    (quick,) = await frontier.claim(WorkerId("quick"), 1)
    reply = Reply(200, FEED.url, {"content-type": "application/rss+xml"}, RSS)
    await poll.answered(slow, reply)
    assert tally.everything() == {"entry/unusable": 0, "poll/lost": 1}
    await poll.answered(quick, reply)
    assert (tally["poll/modified"], tally["entry/listed"], tally["entry/new"]) == (1, 1, 1)


async def test_the_sitemaps_of_an_index_are_asked_within_one_poll(frontier, tally, poll):
    (claim,) = await frontier.claim(WorkerId("one"), 1)
    child = await poll.answered(claim, Reply(200, FEED.url, {}, INDEX))
    assert await poll.answered(claim, Reply(200, child, {}, RSS)) == ""
    assert (tally.total("poll"), tally["further/asked"], tally["entry/new"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("lastmod", "conditional"),
    [
        ("", False),
        ("<lastmod>2026-11-22</lastmod>", False),
        ("<lastmod>2026-11-22T11:00:00Z</lastmod>", True),
    ],
    ids=["untold", "by day", "by time"],
)
async def test_an_index_may_be_unchanged_only_if_it_tells_its_sitemaps_changes(
    frontier, clock, poll, lastmod, conditional
):
    (claim,) = await frontier.claim(WorkerId("one"), 1)
    index = INDEX.replace(b"</loc>", f"</loc>{lastmod}".encode())
    child = await poll.answered(claim, Reply(200, FEED.url, {"etag": '"1"'}, index))
    assert await poll.answered(claim, Reply(200, child, {}, RSS)) == ""
    clock.advance(2 * HOUR)
    (again,) = await frontier.claim(WorkerId("one"), 1)
    assert isinstance(again, PollClaim)
    assert ("If-None-Match" in poll.request_headers(again)) is conditional
