"""One body for both memories of what a hub has to be told."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.model import ChangeId, TopicId
from crawler.schedule.announcing import Bulletin, Notice
from crawler.store.announcements import MemoryAnnouncements, RedisAnnouncements

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOPIC, START = TopicId("t"), ChangeId("5-0")


@pytest.fixture(params=["memory", "redis"])
def announcements(request):
    if request.param == "memory":
        return MemoryAnnouncements()
    return RedisAnnouncements(request.getfixturevalue("server"))


async def test_a_topic_begins_where_it_is_first_asked_for_and_stays_there(announcements):
    assert await announcements.bulletin(TOPIC) is None
    assert await announcements.begin(TOPIC, START) == Bulletin(TOPIC, START)
    assert await announcements.begin(TOPIC, ChangeId("9-0")) == Bulletin(TOPIC, START)
    assert (await announcements.begin(TopicId("u"), ChangeId("9-0"))).position == "9-0"


async def test_what_a_step_makes_of_it_is_kept_whole(announcements):
    await announcements.begin(TOPIC, START)
    after = Bulletin(
        TOPIC, ChangeId("6-0"), (Notice("/a", NOON), Notice("/b", NOON, owed=False, attempts=2)),
        3, NOON + timedelta(seconds=1), "me", NOON + timedelta(minutes=1),
    )  # fmt: skip
    assert await announcements.change(TOPIC, lambda _: after) == after
    assert await announcements.bulletin(TOPIC) == after


async def test_a_step_that_wants_nothing_or_has_no_topic_records_nothing(announcements):
    kept = await announcements.begin(TOPIC, START)
    assert await announcements.change(TOPIC, lambda _: None) is None
    assert await announcements.bulletin(TOPIC) == kept
    assert await announcements.change(TopicId("gone"), lambda one: one) is None


async def test_changes_at_the_same_moment_all_count(announcements):
    await announcements.begin(TOPIC, START)

    def count(bulletin):
        return replace(bulletin, failures=bulletin.failures + 1)

    await asyncio.gather(*(announcements.change(TOPIC, count) for _ in range(30)))
    assert (await announcements.bulletin(TOPIC)).failures == 30
