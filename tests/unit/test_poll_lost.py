"""A poll whose lease went to another worker is counted as lost, and as nothing else."""

from datetime import UTC, datetime, timedelta

from crawler.cli.session import default_settings
from crawler.config import Config
from crawler.directory import Directory
from crawler.model import Feed, FeedId, OutletId, WorkerId
from crawler.poll import Poll, Reply
from crawler.push import Push
from crawler.store.clock import SimulatedClock
from crawler.store.hubs import MemoryHubs
from crawler.store.memory_frontier import MemoryFrontier
from crawler.store.memory_subscriptions import MemorySubscriptions
from crawler.telemetry import Answers, Tally

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEASE = timedelta(minutes=2)
DAY = timedelta(days=1)
FEED = Feed(FeedId("a"), OutletId("a"), "https://a.example/rss")
RSS = b"""<rss version="2.0"><channel><title>A</title>
<item><title>One</title><link>https://a.example/1</link></item></channel></rss>"""


class Here:
    """A pool that works in this process."""

    async def run(self, _url, _deadline, function, *arguments):
        return function(*arguments)


async def test_a_poll_whose_lease_was_lost_is_counted_as_that_alone():
    clock, tally, config = SimulatedClock(NOON), Tally(), Config.from_settings(default_settings())
    frontier = MemoryFrontier(clock, host_pause=timedelta(0), lease=LEASE, seen_window=DAY,
                              dead_window=DAY)  # fmt: skip
    poll = Poll(
        frontier, clock, config, Here(), tally, answers=Answers(),
        directory=Directory(MemorySubscriptions(), ()),
        push=Push(MemoryHubs(), frontier, clock, config),
    )  # fmt: skip
    await frontier.register([FEED])
    (slow,) = await frontier.claim(WorkerId("slow"), 1)
    clock.advance(LEASE)
    (quick,) = await frontier.claim(WorkerId("quick"), 1)
    reply = Reply(200, FEED.url, {"content-type": "application/rss+xml"}, RSS)
    await poll.answered(slow, reply)
    assert tally.everything() == {"entry/unusable": 0, "poll/lost": 1}
    await poll.answered(quick, reply)
    assert (tally["poll/modified"], tally["entry/listed"], tally["entry/new"]) == (1, 1, 1)
