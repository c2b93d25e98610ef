from datetime import timedelta

import pytest

from crawler.fetch.politeness import host_pause

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("crawl_delay", "latency", "pause"),
    [
        (None, 0, 1),
        (10, 0, 10),
        (0.1, 0, 1),
        (600, 0, 60),
        (None, 5, 5),
        (10, 5, 10),
        (2, 5, 5),
        (None, 600, 60),
    ],
)
def test_the_longest_wish_wins_up_to_the_operators_ceiling(crawl_delay, latency, pause):
    given = host_pause(
        SECOND,
        longest=60 * SECOND,
        crawl_delay=None if crawl_delay is None else crawl_delay * SECOND,
        latency=latency * SECOND,
    )
    assert given == pause * SECOND


def test_the_ceiling_never_shortens_the_usual_pause():
    assert host_pause(90 * SECOND, longest=60 * SECOND, crawl_delay=80 * SECOND) == 90 * SECOND
