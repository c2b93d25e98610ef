"""What a run says when every feed it asked failed."""

import pytest

from crawler.cli.report import all_failed

FEEDS = ["https://a.example/rss", "https://b.example/rss"]


def test_publishers_that_answered_were_reached_and_are_named():
    told = all_failed({"failed:http-404": 2}, FEEDS)
    assert told is not None
    assert told.answered
    assert told.sentence == (
        "no feed could be read: 2 were tried (2 http-404): "
        "https://a.example/rss, https://b.example/rss; see `kordon feeds health`"
    )


@pytest.mark.parametrize("reason", ["dns", "proxy", "connection-refused", "header-timeout"])
def test_where_nobody_answers_the_network_is_asked_about(reason):
    told = all_failed({f"failed:{reason}": 1}, FEEDS[:1])
    assert told is not None
    assert not told.answered
    assert told.sentence.startswith(
        f"no feed could be reached: 1 was tried (1 {reason}): https://a"
    )
    assert "is there a network?" in told.sentence


def test_an_address_that_may_not_be_met_says_nothing_about_the_network():
    told = all_failed({"failed:blocked-address": 1}, FEEDS[:1])
    assert told is not None
    assert not told.answered
    assert "network" not in told.sentence


def test_one_answer_among_failures_of_the_network_makes_a_round_no_failure():
    told = all_failed({"failed:dns": 5, "failed:http-503": 1}, FEEDS)
    assert told is not None
    assert told.answered
    assert "network" not in told.sentence


@pytest.mark.parametrize("polls", [{}, {"modified": 1, "failed:dns": 3}, {"gone": 1}])
def test_a_round_in_which_something_succeeded_or_nothing_was_due_is_not_told(polls):
    assert all_failed(polls, FEEDS) is None
