"""Laws of waiting, whatever the operator set and the publisher said."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from crawler.schedule.backoff import retry_delay
from crawler.schedule.interval import next_interval, next_wait, stable_jitter

SPANS = st.timedeltas(timedelta(milliseconds=1), timedelta(days=365))
PAIRS = st.tuples(SPANS, SPANS).map(sorted)
JITTERS = st.floats(0, 1, exclude_max=True)
TAUGHT = st.sampled_from([True, False, None])


@given(SPANS, TAUGHT, SPANS, PAIRS)
def test_an_interval_stays_between_the_operators_bounds(previous, met_new, first, bounds):
    shortest, longest = bounds
    interval = next_interval(
        previous, met_new=met_new, first=first, shortest=shortest, longest=longest
    )
    assert shortest <= interval <= longest


@given(SPANS, PAIRS)
def test_news_never_makes_a_feed_wait_longer_than_silence(previous, bounds):
    shortest, longest = bounds
    after = {
        met_new: next_interval(
            previous, met_new=met_new, first=shortest, shortest=shortest, longest=longest
        )
        for met_new in (True, None, False)
    }
    assert after[True] <= after[None] <= after[False]


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
