"""When a hub is told of a feed, when it rests and what it is spared: decided without a clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.hook import Reply
from crawler.model import ChangeId, TopicId
from crawler.schedule.announcing import (
    AGAIN_LONGEST,
    ATTEMPTS,
    PAUSE,
    REST_FIRST,
    TOGETHER,
    Bulletin,
    Notice,
    claimed,
    due_notices,
    has_work,
    noted,
    released,
    settled,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EMPTY = Bulletin(TopicId("t"), ChangeId("1-0"))
A, B = Notice("/a", NOON), Notice("/b", NOON)
BOTH = replace(EMPTY, notices=(A, B))
TAKEN, REFUSED = Reply(204, ""), Reply(500, "http-500")


def read_to(bulletin, feeds, position="2-0", now=NOON):
    return noted(bulletin, feeds, start=bulletin.position, position=ChangeId(position), now=now)


def after(bulletin, notice, reply, now=NOON):
    return settled(bulletin, notice, reply, now=now, jitter=0.0)


def test_a_changed_feed_is_due_at_once_and_owed_once_however_often_it_changed():
    bulletin = read_to(read_to(EMPTY, ["/a", "/b"]), ["/a"], "3-0")
    assert bulletin.notices == (A, B)
    assert bulletin.position == "3-0"
    assert due_notices(bulletin, NOON) == [A, B]


def test_what_another_worker_read_meanwhile_is_not_read_again():
    assert noted(BOTH, ["/c"], start=ChangeId("0-0"), position=ChangeId("9-0"), now=NOON) is None


def test_a_feed_that_was_told_of_rests_and_is_owed_after_the_pause_if_it_changed():
    told = after(BOTH, A, TAKEN)
    assert due_notices(told, NOON + HOUR) == [B]
    changed = read_to(told, ["/a"], now=NOON + PAUSE / 2)
    assert due_notices(changed, NOON + PAUSE / 2) == [B]
    assert [one.feed for one in due_notices(changed, NOON + PAUSE)] == ["/b", "/a"]


def test_a_feed_that_rested_long_enough_is_forgotten():
    told = after(replace(EMPTY, notices=(A,)), A, TAKEN)
    assert read_to(told, [], now=NOON + PAUSE).notices == ()


def test_a_refusal_lets_the_hub_rest_longer_each_time_and_a_success_forgives():
    once = after(BOTH, A, REFUSED)
    assert due_notices(once, NOON) == ()
    assert due_notices(once, NOON + REST_FIRST) == [B]
    twice = after(once, B, REFUSED, NOON + REST_FIRST)
    assert twice.rests_until == NOON + REST_FIRST + 2 * REST_FIRST
    forgiven = after(twice, B, TAKEN, NOON + MINUTE)
    assert (forgiven.failures, forgiven.rests_until) == (0, None)


def test_a_feed_that_a_hub_never_takes_is_given_up_until_it_changes_again():
    bulletin, now = BOTH, NOON
    for _ in range(ATTEMPTS):
        now += timedelta(days=1)
        (notice,) = [one for one in due_notices(bulletin, now) if one.feed == "/a"]
        bulletin = after(bulletin, notice, REFUSED, now)
    later = now + timedelta(days=2)
    assert due_notices(bulletin, later) == [B]
    again = read_to(bulletin, ["/a"], now=later)
    assert {one.feed: one.attempts for one in due_notices(again, later)} == {"/a": 0, "/b": 0}


def test_a_feed_that_changes_just_after_it_was_given_up_has_all_its_attempts_again():
    bulletin, now = BOTH, NOON
    for _ in range(ATTEMPTS):
        now += timedelta(days=1)
        (notice,) = [one for one in due_notices(bulletin, now) if one.feed == "/a"]
        bulletin = after(bulletin, notice, REFUSED, now)
    again = read_to(bulletin, ["/a"], now=now)
    assert {one.feed: (one.owed, one.attempts) for one in again.notices}["/a"] == (True, 0)


@pytest.mark.parametrize("asked", [timedelta(0), timedelta(days=-9)])
def test_a_hub_that_asks_for_no_wait_is_told_no_more_often_than_others(asked):
    busy = after(BOTH, A, Reply(503, "http-503", again=NOON + asked))
    assert busy == after(BOTH, A, Reply(503, "http-503"))


def test_retry_after_is_kept_up_to_a_day_and_counts_as_no_attempt():
    busy = after(BOTH, A, Reply(503, "http-503", again=NOON + timedelta(days=9)))
    assert busy.rests_until == NOON + AGAIN_LONGEST
    assert busy.notices[0].attempts == 0


def test_only_one_worker_tells_the_hub_until_its_lease_ends():
    mine = claimed(BOTH, worker="me", now=NOON, lease=MINUTE)
    assert claimed(mine, worker="you", now=NOON, lease=MINUTE) is None
    assert not has_work(mine, ChangeId("9-0"), NOON)
    assert claimed(mine, worker="you", now=NOON + MINUTE, lease=MINUTE).worker == "you"
    assert released(mine, worker="you") is None
    assert released(mine, worker="me") == BOTH


@pytest.mark.parametrize(
    ("bulletin", "reached", "busy"),
    [(EMPTY, "1-0", False), (EMPTY, "0-5", False), (EMPTY, "2-0", True), (BOTH, "1-0", True)],
)
def test_there_is_work_when_feeds_show_more_or_a_ping_is_due(bulletin, reached, busy):
    assert has_work(bulletin, ChangeId(reached), NOON) is busy


def test_a_long_list_is_told_in_steps():
    many = read_to(EMPTY, [f"/{number}" for number in range(3 * TOGETHER)])
    assert len(due_notices(many, NOON)) == TOGETHER
