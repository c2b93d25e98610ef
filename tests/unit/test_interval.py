from datetime import UTC, datetime, timedelta

import pytest

from crawler.schedule.interval import next_wait, outside_skips, stable_jitter

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SUNDAY = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


def test_the_publishers_floor_lengthens_this_wait_alone():
    wait = next_wait(HOUR, floor=3 * HOUR, longest=DAY, jitter=0.0)
    assert wait == 3 * HOUR


def test_a_publishers_floor_beyond_the_operators_ceiling_is_not_obeyed():
    assert next_wait(HOUR, floor=30 * DAY, longest=DAY, jitter=0.0) == DAY


def test_a_shorter_floor_changes_nothing():
    assert next_wait(HOUR, floor=MINUTE, longest=DAY, jitter=0.0) == HOUR


def test_jitter_lengthens_by_up_to_a_tenth_even_at_the_ceiling():
    assert next_wait(DAY, floor=timedelta(), longest=DAY, jitter=0.5) == DAY * 1.05


@pytest.mark.parametrize(
    ("hours", "days", "expected"),
    [
        ((), (), SUNDAY),
        ((13,), (0,), SUNDAY),
        ((12,), (), SUNDAY.replace(hour=13, minute=0)),
        ((12, 13, 14), (), SUNDAY.replace(hour=15, minute=0)),
        ((), (6,), SUNDAY.replace(day=23, hour=0, minute=0)),
        ((0, 1), (6,), SUNDAY.replace(day=23, hour=2, minute=0)),
        ((), (5, 6, 0), SUNDAY + DAY),
    ],
    ids=[
        "nothing is skipped",
        "another hour and day are",
        "this hour is",
        "three hours are",
        "today is",
        "today is, and tomorrow's first hours",
        "more than the operator grants",
    ],
)
def test_a_poll_falls_where_skips_leave_room(hours, days, expected):
    assert outside_skips(SUNDAY, hours=hours, days=days, latest=SUNDAY + DAY) == expected


def test_where_nothing_is_skipped_a_poll_stays_though_jitter_took_it_beyond_the_ceiling():
    late = SUNDAY + 1.05 * DAY
    assert outside_skips(late, hours=(), days=(), latest=SUNDAY + DAY) == late


def test_jitter_of_a_name_never_changes():
    assert stable_jitter("https://a.example/feed") == pytest.approx(0.1074992, abs=1e-7)


def test_half_a_character_in_a_name_has_its_jitter_too():
    assert 0 <= stable_jitter("\ud83d") < 1
