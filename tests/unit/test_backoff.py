from datetime import timedelta

import pytest

from crawler.schedule.backoff import retry_delay

MINUTE = timedelta(minutes=1)
LONGEST = timedelta(hours=6)


@pytest.mark.parametrize(
    ("attempts", "minutes"),
    [(0, 1), (1, 2), (2, 4), (8, 256), (9, 360), (10_000, 360)],
)
def test_the_wait_doubles_with_every_attempt_up_to_the_longest(attempts, minutes):
    wait = retry_delay(attempts, first=MINUTE, longest=LONGEST, jitter=0.0)
    assert wait == minutes * MINUTE


def test_jitter_shortens_the_wait_by_up_to_a_quarter():
    assert retry_delay(0, first=MINUTE, longest=LONGEST, jitter=0.5) == 0.875 * MINUTE
