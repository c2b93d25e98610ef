from datetime import timedelta

import pytest

from crawler.schedule.interval import next_interval, next_wait, stable_jitter

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
RULES = {"first": 2 * HOUR, "shortest": HOUR, "longest": DAY}


@pytest.mark.parametrize(
    ("previous", "met_new", "expected"),
    [
        (timedelta(), True, 2 * HOUR),
        (timedelta(), False, 2 * HOUR),
        (timedelta(), None, 2 * HOUR),
        (8 * HOUR, True, 4 * HOUR),
        (8 * HOUR, False, 12 * HOUR),
        (8 * HOUR, None, 8 * HOUR),
        (90 * MINUTE, True, HOUR),
        (20 * HOUR, False, DAY),
        (5 * DAY, None, DAY),
    ],
    ids=[
        "the first poll teaches no rhythm, with news",
        "nor without",
        "nor when it failed",
        "news halves the interval",
        "quiet lengthens it by half",
        "an outage teaches nothing",
        "never below the operator's floor",
        "never above the operator's ceiling",
        "a lowered ceiling holds at once",
    ],
)
def test_the_interval_follows_what_a_poll_taught(previous, met_new, expected):
    assert next_interval(previous, met_new=met_new, **RULES) == expected


def test_the_publishers_floor_lengthens_this_wait_alone():
    wait = next_wait(HOUR, floor=3 * HOUR, longest=DAY, jitter=0.0)
    assert wait == 3 * HOUR


def test_a_publishers_floor_beyond_the_operators_ceiling_is_not_obeyed():
    assert next_wait(HOUR, floor=30 * DAY, longest=DAY, jitter=0.0) == DAY


def test_a_shorter_floor_changes_nothing():
    assert next_wait(HOUR, floor=MINUTE, longest=DAY, jitter=0.0) == HOUR


def test_jitter_lengthens_by_up_to_a_tenth_even_at_the_ceiling():
    assert next_wait(DAY, floor=timedelta(), longest=DAY, jitter=0.5) == DAY * 1.05


def test_jitter_of_a_name_never_changes():
    assert stable_jitter("https://a.example/feed") == pytest.approx(0.1074992, abs=1e-7)


def test_half_a_character_in_a_name_has_its_jitter_too():
    assert 0 <= stable_jitter("\ud83d") < 1
