"""Does a feed's rhythm follow from what its polls showed, and the wait from the rhythm?"""

from datetime import UTC, datetime, timedelta
from itertools import chain, repeat

import pytest

from crawler.model import Rhythm
from crawler.schedule.rhythm import (
    expected_between,
    expected_gap,
    first_impression,
    learned,
    wait_at_rates,
    wait_for_news,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def waited(rhythm, now=MONDAY, patience=HOUR, longest=DAY):
    return wait_for_news(rhythm, now, patience=patience, longest=longest)


def by_day(news_a_day, days, hours=range(24)):
    """A rhythm learned from entries at these hours, polled every hour."""
    rhythm, now = Rhythm(), MONDAY - days * DAY
    while now < MONDAY:
        came = [now + HOUR / 2] * news_a_day if (now.hour in hours) else []
        rhythm = learned(rhythm, came, since=now, until=now + HOUR)
        now += HOUR
    return rhythm


@pytest.mark.parametrize("rate", [0.05, 1.0, 8.0])
def test_the_wait_falls_with_the_rate_to_the_power_of_two_thirds(rate):
    wait = wait_at_rates(repeat(rate), MONDAY, patience=HOUR, longest=30 * DAY)
    assert wait / HOUR == pytest.approx(2**0.5 / rate ** (2 / 3), rel=1e-6)


def test_a_feed_that_never_publishes_waits_the_longest():
    assert wait_at_rates(repeat(0.0), MONDAY, patience=HOUR, longest=DAY) == DAY


def test_more_patience_is_a_longer_wait():
    rhythm = by_day(1, 14)
    assert waited(rhythm, patience=4 * HOUR) == pytest.approx(2 * waited(rhythm), rel=0.01)


def test_a_rhythm_is_learned_from_what_came():
    assert expected_gap(by_day(1, 30)) / HOUR == pytest.approx(1, rel=0.1)
    assert expected_gap(by_day(4, 30)) / HOUR == pytest.approx(0.25, rel=0.1)


def test_nights_at_which_nothing_ever_comes_are_left_out():
    rhythm = by_day(2, 30, hours=range(6, 20))
    by_night = waited(rhythm, MONDAY.replace(hour=22))
    by_day_time = waited(rhythm, MONDAY.replace(hour=12))
    assert by_night > 4 * HOUR > HOUR > by_day_time


def test_weekends_are_learned_too():
    rhythm, now = Rhythm(), MONDAY - 42 * DAY
    while now < MONDAY:
        came = [now + HOUR / 2] if now.weekday() < 5 else []
        rhythm = learned(rhythm, came, since=now, until=now + HOUR)
        now += HOUR
    assert waited(rhythm, MONDAY - DAY) > 2 * waited(rhythm, MONDAY + 12 * HOUR)


def test_a_wait_that_begins_before_the_weekend_ends_goes_on_in_the_new_week():
    rhythm, now = Rhythm(), MONDAY - 42 * DAY
    while now < MONDAY:
        came = [now + HOUR / 2] if now.weekday() < 5 else []
        rhythm = learned(rhythm, came, since=now, until=now + HOUR)
        now += HOUR
    assert waited(rhythm, MONDAY - HOUR) <= HOUR + waited(rhythm, MONDAY)


def test_of_the_hour_that_runs_only_the_rest_counts():
    wait = wait_at_rates(
        chain([0.0], repeat(1.0)), MONDAY + 0.75 * HOUR, patience=HOUR, longest=DAY
    )
    assert wait / HOUR == pytest.approx(0.25 + 2**0.5)


def test_what_has_come_goes_on_waiting_though_nothing_more_comes():
    wait = wait_at_rates(chain([1.0], repeat(0.0)), MONDAY, patience=HOUR, longest=DAY)
    assert wait == 1.5 * HOUR  # half an hour within the first, and an hour of one entry in all


def test_an_hour_beside_a_busy_one_is_expected_to_bring_something():
    rhythm = by_day(2, 30, hours=range(6, 20))
    night, dawn = (MONDAY + n * HOUR for n in (3, 5))
    one, other = (expected_between(rhythm, at, at + HOUR) for at in (night, dawn))
    assert other > 2 * one


def test_old_evidence_fades():
    busy = by_day(2, 20)
    later = learned(busy, [], since=MONDAY, until=MONDAY + 13 * DAY)
    assert expected_gap(later) > 2 * expected_gap(busy)


def test_an_entry_without_a_date_may_have_come_at_any_time_of_the_stretch():
    one = learned(Rhythm(), [None], since=MONDAY, until=MONDAY + 4 * HOUR)
    assert one.news_by_hour[:5] == (0.25, 0.25, 0.25, 0.25, 0.0)


def test_a_date_outside_the_stretch_is_not_believed():
    future = learned(Rhythm(), [MONDAY + DAY], since=MONDAY, until=MONDAY + 2 * HOUR)
    unknown = learned(Rhythm(), [None], since=MONDAY, until=MONDAY + 2 * HOUR)
    assert future == unknown


def test_what_was_published_when_the_feed_was_last_read_was_read_then():
    before = learned(Rhythm(), [MONDAY], since=MONDAY, until=MONDAY + 2 * HOUR)
    unknown = learned(Rhythm(), [None], since=MONDAY, until=MONDAY + 2 * HOUR)
    assert before == unknown


def test_of_a_stretch_of_months_the_last_two_weeks_count_as_watched():
    rhythm = learned(Rhythm(), [], since=MONDAY - 60 * DAY, until=MONDAY)
    assert sum(rhythm.watched_by_day) == pytest.approx(14)


def test_the_oldest_date_of_a_first_listing_only_begins_the_stretch():
    dates = [MONDAY - n * HOUR for n in range(4)]
    assert sum(first_impression(dates, MONDAY).news_by_day) == 3


def test_a_first_listing_teaches_by_its_own_dates():
    dates = [MONDAY - n * HOUR for n in range(48)]
    assert expected_gap(first_impression(dates, MONDAY)) / HOUR == pytest.approx(1.5, rel=0.1)


@pytest.mark.parametrize(
    "dates",
    [
        [],
        [None] * 30,
        [MONDAY] * 30,
        [MONDAY - DAY, MONDAY - HOUR] * 9,
        [MONDAY + DAY, MONDAY - 400 * DAY, MONDAY - HOUR],
    ],
    ids=["none", "no dates", "the time of the listing", "two dates", "too few that can be true"],
)
def test_dates_that_tell_nothing_teach_nothing(dates):
    assert first_impression(dates, MONDAY) == Rhythm()


def test_expectation_over_a_stretch_counts_its_hours():
    rhythm = by_day(1, 30)
    assert expected_between(rhythm, MONDAY, MONDAY + DAY) == pytest.approx(24, rel=0.1)
    assert expected_between(rhythm, MONDAY, MONDAY + 60 * DAY) == pytest.approx(60 * 24, rel=0.1)
