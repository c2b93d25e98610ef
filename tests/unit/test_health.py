"""Is each state of a feed told for what it is?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from crawler.model import Fates, Feed, FeedId, FeedState, OutletId, Rhythm
from crawler.poll import alert_of
from crawler.schedule.health import Health, health_of, missing_news, pages_trouble
from crawler.schedule.moves import gone_back, settled, sighted
from crawler.schedule.rhythm import expected_between, expected_gap, learned

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = Feed(FeedId("f"), OutletId("o"), "https://a.example/feed")
NEW = "https://b.example/feed"


def publishing(every=HOUR, silent_for=timedelta(0)):
    """A feed that published evenly for thirty days, and then no more."""
    last, rhythm, now = NOW - silent_for, Rhythm(), NOW - silent_for - 30 * DAY
    while now < last:
        rhythm = learned(rhythm, [now + every], since=now, until=now + every)
        now += every
    gap = expected_gap(rhythm).total_seconds()
    rhythm = learned(rhythm, [], since=last, until=NOW) if silent_for else rhythm
    return FeedState(
        FEED, rhythm=rhythm, last_news=last, last_answer=NOW, last_listed=last, gap_seconds=gap
    )


@pytest.mark.parametrize(
    ("state", "health"),
    [
        (FeedState(FEED), Health.NEW),
        (FeedState(FEED, failures=1, last_outcome="failed:http-404"), Health.FAILING),
        (FeedState(FEED, failures=1, last_outcome="failed:robots"), Health.BLOCKED),
        (publishing(), Health.HEALTHY),
        (publishing(silent_for=20 * HOUR), Health.HEALTHY),
        (publishing(every=12 * HOUR, silent_for=36 * HOUR), Health.QUIET),
        (publishing(every=12 * HOUR, silent_for=60 * HOUR + DAY), Health.SILENT),
        (publishing(silent_for=2 * DAY), Health.SILENT),
        (publishing(silent_for=60 * DAY), Health.SILENT),
        (replace(publishing(), lies=7), Health.LYING),
        (replace(publishing(), vain_changes=5), Health.LYING),
        (replace(publishing(), moved_to=NEW, moved_sightings=2), Health.MOVED),
        (replace(publishing(), adopted=NEW), Health.MOVED),
        (replace(publishing(), failures=2, last_outcome="failed:http-403"), Health.HEALTHY),
        (replace(publishing(), failures=3, last_outcome="failed:http-403"), Health.BLOCKED),
        (replace(publishing(), failures=3, last_outcome="throttled"), Health.BLOCKED),
        (replace(publishing(), failures=3, last_outcome="failed:robots"), Health.BLOCKED),
        (replace(publishing(), failures=3, last_outcome="failed:dns"), Health.FAILING),
        (replace(publishing(), failures=1, last_outcome="gone"), Health.GONE),
    ],
)
def test_a_feed_is_told_for_what_it_is(state, health):
    assert health_of(state, NOW) is health


def test_a_weekend_that_is_always_silent_is_not_missed():
    rhythm, now = Rhythm(), NOW - 50 * DAY
    friday = datetime(2026, 11, 20, 23, tzinfo=UTC)
    while now < friday:
        came = [now + HOUR] if now.weekday() < 5 else []
        rhythm = learned(rhythm, came, since=now, until=now + HOUR)
        now += HOUR
    state = replace(publishing(), rhythm=rhythm, last_news=friday)
    sunday, wednesday = friday + 2 * DAY, friday + 5 * DAY
    assert missing_news(state, wednesday) > 2 * missing_news(state, sunday)


def test_a_feed_that_grew_busier_misses_no_less_than_its_rhythm_lets_expect():
    state = publishing(silent_for=2 * DAY)
    slower_then = replace(state, gap_seconds=100 * state.gap_seconds)
    expected = expected_between(state.rhythm, state.last_news, NOW)
    assert missing_news(slower_then, NOW) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("fates", "trouble"),
    [
        (Fates(), ""),
        (Fates(walled=4), ""),
        (Fates(walled=5), "all-walled"),
        (Fates(repeated=5), "all-repeated"),
        (Fates(articles=1, walled=9), ""),
        (Fates(repeated=3, walled=3), ""),
        (Fates(other=9), ""),
    ],
)
def test_pages_that_all_end_alike_are_told(fates, trouble):
    assert pages_trouble(fates) == trouble


# --- moves -----------------------------------------------------------------------------------


def seen(times, over=DAY, target=NEW, read=True):
    state = FeedState(FEED, last_listed=NOW + over if read else None)
    for n in range(times):
        state = sighted(state, target, NOW + n * over / max(times - 1, 1))
    return settled(state, NOW + over)


def test_a_move_is_adopted_after_three_sightings_over_a_day():
    state = seen(3)
    assert (state.address, state.moved_to, state.moved_sightings) == (NEW, "", 0)


@pytest.mark.parametrize(
    "state",
    [seen(2), seen(9, over=23 * HOUR), seen(3, read=False), seen(3, target="")],
    ids=["too few", "too soon", "never read as a feed", "no permanent redirect"],
)
def test_a_move_needs_evidence(state):
    assert state.address == FEED.url


def test_a_move_is_not_adopted_while_the_feed_was_read_only_before_it_was_seen():
    state = FeedState(FEED, last_listed=NOW - HOUR)
    for n in range(3):
        state = sighted(state, NEW, NOW + n * DAY)
    assert settled(state, NOW + 2 * DAY).address == FEED.url


def test_another_target_begins_the_evidence_anew():
    state = sighted(sighted(FeedState(FEED), NEW, NOW), "https://c.example", NOW)
    assert (state.moved_to, state.moved_sightings) == ("https://c.example", 1)


@pytest.mark.parametrize(
    ("failures", "gone", "address"), [(4, False, NEW), (5, False, FEED.url), (1, True, FEED.url)]
)
def test_an_adopted_address_that_fails_is_given_up(failures, gone, address):
    state = replace(FeedState(FEED), adopted=NEW, adopted_for=FEED.url, failures=failures)
    assert gone_back(state, gone=gone).address == address


def test_of_a_feed_that_never_answered_an_alert_is_raised_as_late_as_of_any():
    failed = [FeedState(FEED, failures=n, last_outcome="failed:dns") for n in range(5)]
    states = [replace(state, health=health_of(state, NOW)) for state in failed]
    alerts = [alert_of(before, after, NOW) for before, after in pairwise(states)]
    assert [alert and alert.health for alert in alerts] == [None, None, Health.FAILING, None]
