"""Are validators believed until they are caught, and what a feed listed told from what is new?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.model import Entry, EntryId, Feed, FeedId, FeedState, OutletId, Validators, id_of
from crawler.schedule.trust import (
    LISTED_MOST,
    MARK_BYTES,
    MOST_PENANCE,
    asks_plainly,
    judged,
    marks_of,
    marks_of_versions,
    unlisted,
    unmarked,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SEEN = 60 * DAY
KNOWN = Validators('"1"', "")
FEED = Feed(FeedId("f"), OutletId("o"), "https://a.example/feed")
READ = FeedState(
    FEED, KNOWN, next_poll=NOW, last_listed=NOW - HOUR, last_news=NOW - HOUR, last_answer=NOW - HOUR
)


def an_entry(name):
    url = f"https://a.example/{name}"
    return Entry(EntryId(id_of(url)), url, FEED.outlet, FEED.id)


def silent(days, read=None):
    """An hourly feed without news for so many days, read since or not."""
    gone = NOW - days * DAY
    return replace(READ, last_listed=read or gone, last_news=gone, gap_seconds=3_600.0)


@pytest.mark.parametrize(
    ("state", "plainly"),
    [
        (FeedState(FEED), False),
        (READ, False),
        (replace(READ, lies=3), False),
        (replace(READ, lies=3, last_listed=NOW - DAY), True),
        (silent(2), True),
        (silent(2, read=NOW - 26 * HOUR), False),
        (silent(29, read=NOW - 25 * DAY), False),
        (silent(40, read=NOW - 30 * DAY), True),
    ],
    ids=[
        "never read",
        "read an hour ago",
        "caught, and read today",
        "caught, and read yesterday",
        "silent, and only 304 since",
        "silent, and read since",
        "silent, and read this month",
        "not read for a month",
    ],
)
def test_a_feed_is_asked_plainly_only_for_a_reason(state, plainly):
    assert asks_plainly(state, seen_window=SEEN) is plainly


def test_a_feed_is_read_before_its_entries_are_forgotten():
    state = replace(READ, last_listed=NOW - 5 * DAY)
    assert asks_plainly(state, seen_window=10 * DAY)
    assert not asks_plainly(state, seen_window=11 * DAY)


def test_a_feed_is_read_once_a_month_however_long_its_entries_are_remembered():
    assert asks_plainly(replace(READ, last_listed=NOW - 30 * DAY), seen_window=365 * DAY)
    assert not asks_plainly(replace(READ, last_listed=NOW - 29 * DAY), seen_window=365 * DAY)


def test_news_under_validators_that_were_just_good_for_304_is_a_lie():
    state = replace(READ, last_listed=NOW - DAY)
    assert judged(state, KNOWN, plainly=True, news=True).lies == 7
    assert judged(state, Validators('"2"'), plainly=True, news=True).lies == 0
    assert judged(state, KNOWN, plainly=True, news=False).lies == 0
    assert judged(READ, KNOWN, plainly=True, news=True).lies == 0


def test_the_penance_of_a_feed_caught_again_and_again_is_bounded():
    state = replace(READ, last_listed=NOW - DAY, lies=MOST_PENANCE - 1)
    assert judged(state, KNOWN, plainly=True, news=True).lies == MOST_PENANCE


def test_an_honest_look_takes_one_from_the_penance():
    assert judged(replace(READ, lies=7), Validators('"2"'), plainly=True, news=True).lies == 6


@pytest.mark.parametrize(("validators", "news", "count"), [
    (KNOWN, False, 1), (KNOWN, True, 0), (Validators(), False, 0),
])  # fmt: skip
def test_a_body_in_spite_of_validators_counts_when_it_holds_no_news(validators, news, count):
    state = replace(READ, validators=validators)
    assert judged(state, KNOWN, plainly=False, news=news).vain_changes == count


def test_what_a_feed_listed_is_told_from_what_is_new_to_it():
    old, new = [an_entry(n) for n in range(3)], [an_entry(n) for n in range(2, 5)]
    state = replace(READ, listed=marks_of(old))
    assert unlisted(state, new) == new[1:]
    assert unlisted(replace(READ, listed=marks_of(new, state.listed)), old + new) == []


def test_what_is_remembered_of_a_listing_is_bounded():
    many = [an_entry(n) for n in range(LISTED_MOST + 500)]
    assert len(marks_of(many, b"xxxx" * 9)) == MARK_BYTES * LISTED_MOST


def test_another_version_of_a_sitemap_has_no_mark():
    before, after = ("https://a.example/s.xml", "1"), ("https://a.example/s.xml", "2")
    assert unmarked(marks_of_versions([before], b""), [before, after]) == [after]
