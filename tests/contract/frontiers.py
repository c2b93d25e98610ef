"""What the tests of both frontiers share: rules, feeds and entries, and work in hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crawler.model import Entry, EntryId, Feed, FeedId, Host, OutletId, WorkerId

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
A_HOST = Host("a.example")


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
