"""Laws of waiting, whatever the operator set and the publisher said."""

from datetime import UTC, datetime, timedelta
from itertools import repeat

from hypothesis import given
from hypothesis import strategies as st

from crawler.model import Rhythm
from crawler.schedule.backoff import retry_delay
from crawler.schedule.interval import next_wait, outside_skips, stable_jitter
from crawler.schedule.rhythm import (
    expected_gap,
    first_impression,
    learned,
    wait_at_rates,
    wait_for_news,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPANS = st.timedeltas(timedelta(milliseconds=1), timedelta(days=365))
PAIRS = st.tuples(SPANS, SPANS).map(sorted)
JITTERS = st.floats(0, 1, exclude_max=True)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
STRETCHES = st.timedeltas(timedelta(seconds=1), timedelta(days=40))
NEWS = st.lists(st.none() | INSTANTS, max_size=30)


@st.composite
def rhythms(draw):
    rhythm, now = Rhythm(), NOW - timedelta(days=30)
    for stretch in draw(st.lists(STRETCHES, max_size=8)):
        rhythm = learned(rhythm, draw(NEWS), since=now, until=now + stretch)
        now += stretch
    return rhythm


@given(rhythms(), INSTANTS, st.timedeltas(timedelta(seconds=4), timedelta(days=30)), SPANS)
def test_a_wait_is_positive_and_never_beyond_the_longest(rhythm, now, patience, longest):
    wait = wait_for_news(rhythm, now, patience=patience, longest=longest)
    assert timedelta(0) <= wait <= longest


@given(rhythms(), INSTANTS, SPANS, SPANS)
def test_more_patience_is_never_a_shorter_wait(rhythm, now, one, other):
    less, more = sorted((one, other))
    waits = [
        wait_for_news(rhythm, now, patience=patience, longest=timedelta(days=2))
        for patience in (less, more)
    ]
    assert waits[0] <= waits[1]


@given(st.floats(0, 100), st.floats(0, 100), INSTANTS)
def test_a_busier_feed_never_waits_longer(one, other, now):
    slow, fast = sorted((one, other))
    waits = [
        wait_at_rates(repeat(rate), now, patience=HOUR, longest=timedelta(days=2))
        for rate in (fast, slow)
    ]
    assert waits[0] <= waits[1]


@given(rhythms(), st.integers(0, 30), STRETCHES)
def test_news_makes_a_gap_shorter_than_silence_would(rhythm, news, stretch):
    gaps = [
        expected_gap(learned(rhythm, [None] * count, since=NOW, until=NOW + stretch))
        for count in (news + 1, news)
    ]
    assert gaps[0] < gaps[1]


@given(st.lists(st.none() | INSTANTS, max_size=40))
def test_a_first_impression_never_expects_more_than_was_listed(dates):
    impression = first_impression(dates, NOW)
    assert sum(impression.news_by_hour) <= len(dates)


@given(
    INSTANTS,
    st.sets(st.integers(0, 23)),
    st.sets(st.integers(0, 6)),
    st.timedeltas(timedelta(0), timedelta(days=9)),
)
def test_skips_only_delay_and_never_beyond_what_the_operator_grants(due, hours, days, grant):
    asked = outside_skips(due, hours=hours, days=days, latest=due + grant)
    assert due <= asked <= due + grant
    if asked < due + grant:
        assert asked.hour not in hours
        assert asked.weekday() not in days


@given(SPANS, SPANS, SPANS, JITTERS)
def test_a_wait_is_never_shorter_than_interval_or_obeyed_floor(interval, floor, longest, jitter):
    wait = next_wait(interval, floor=floor, longest=longest, jitter=jitter)
    asked = max(interval, min(floor, longest))
    assert asked <= wait <= asked * 1.1 + timedelta(microseconds=1)


@given(st.integers(0, 10**6), PAIRS, JITTERS)
def test_a_retry_waits_at_least_three_quarters_of_the_first_and_never_beyond_the_longest(
    attempts, bounds, jitter
):
    first, longest = bounds
    wait = retry_delay(attempts, first=first, longest=longest, jitter=jitter)
    assert 0.75 * first - timedelta(microseconds=1) <= wait <= longest


def test_the_jitter_of_many_feeds_fills_its_range_evenly():
    tenths = [int(10 * stable_jitter(f"feed {n}")) for n in range(10_000)]
    counts = [tenths.count(tenth) for tenth in range(10)]
    assert all(abs(count - 1_000) < 150 for count in counts)  # 5 standard deviations of 30


@given(st.text())
def test_the_jitter_of_any_name_is_within_its_range(name):
    assert 0 <= stable_jitter(name) < 1
