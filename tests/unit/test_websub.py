"""Is a hub asked at the right time, and believed only what it can prove?"""

import hmac
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest

from crawler.fetch.websub import (
    after_poll,
    asks_now,
    confirmed,
    is_named,
    is_relied_on,
    is_signed,
    subscription_form,
)
from crawler.model import Feed, FeedId, FeedState, HubLease, OutletId, Wishes

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FEED = Feed(FeedId("f"), OutletId("o"), "https://a.example/feed")
STATE = FeedState(FEED, wishes=Wishes(hub="https://hub.example/", topic="https://a.example/self"))
ASKED = HubLease(
    FEED.id, "https://hub.example/", "https://a.example/self", "token", "secret", NOW - 2 * DAY
)
GRANTED = replace(ASKED, granted=NOW, length_seconds=10 * 86_400, pushed=NOW)


@pytest.mark.parametrize(
    ("lease", "after", "asks"),
    [
        (None, timedelta(0), True),
        (replace(ASKED, asked=NOW), 23 * HOUR, False),
        (ASKED, timedelta(0), True),
        (GRANTED, 7.9 * DAY, False),
        (GRANTED, 8 * DAY, True),
        (replace(GRANTED, hub="https://other.example/"), timedelta(0), True),
        (replace(GRANTED, topic="https://a.example/old"), timedelta(0), True),
    ],
    ids=[
        "never asked",
        "asked today",
        "never verified",
        "fresh",
        "at 80 %",
        "new hub",
        "new topic",
    ],
)
def test_a_hub_is_asked_when_a_lease_is_missing_or_nearly_over(lease, after, asks):
    assert asks_now(lease, STATE, NOW + after) is asks


def test_a_feed_without_a_hub_asks_nobody():
    assert not asks_now(None, replace(STATE, wishes=Wishes()), NOW)


def test_the_form_says_what_the_hub_needs_to_know():
    form = parse_qs(subscription_form(ASKED, "https://us.example/f/token").decode())
    assert {name: value for name, [value] in form.items()} == {
        "hub.mode": "subscribe",
        "hub.topic": "https://a.example/self",
        "hub.callback": "https://us.example/f/token",
        "hub.lease_seconds": "864000",
        "hub.secret": "secret",
    }


def query(**changes):
    given = {"mode": "subscribe", "topic": ASKED.topic, "challenge": "c", "lease_seconds": "7200"}
    return {f"hub.{name}": value for name, value in (given | changes).items()}


def test_a_lease_that_was_asked_for_is_confirmed_with_its_challenge():
    lease, challenge = confirmed(ASKED, query(), NOW)
    assert (lease.granted, lease.length, challenge) == (NOW, 2 * HOUR, "c")


@pytest.mark.parametrize(
    ("seconds", "length"),
    [("1", HOUR), ("9" * 30, 90 * DAY), ("", 10 * DAY), ("-5", 10 * DAY), ("soon", 10 * DAY)],
)
def test_a_strange_length_is_bounded(seconds, length):
    assert confirmed(ASKED, query(lease_seconds=seconds), NOW)[0].length == length


@pytest.mark.parametrize(
    "changes", [{"mode": "unsubscribe"}, {"mode": "denied"}, {"topic": "x"}, {"challenge": ""}]
)
def test_what_was_not_asked_for_is_refused(changes):
    assert confirmed(ASKED, query(**changes), NOW) is None


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_right_signature_is_known(method):
    right = hmac.new(b"secret", b"body", method).hexdigest()
    assert is_signed(ASKED, f"{method}={right}", b"body")
    assert is_signed(ASKED, f"{method}={right.upper()}", b"body")
    assert not is_signed(ASKED, f"{method}={right}", b"another")


@pytest.mark.parametrize(
    "signature", ["", "=", "sha256=", "sha256=é", "md5=0", "sha256", "x" * 999]
)
def test_any_other_signature_is_refused(signature):
    assert not is_signed(ASKED, signature, b"body")


def test_a_callback_is_known_by_its_token_alone():
    assert is_named(ASKED, "token")
    assert not is_named(ASKED, "tokeN")
    assert not is_named(ASKED, "")


@pytest.mark.parametrize(
    ("lease", "relied"),
    [
        (GRANTED, True),
        (ASKED, False),
        (replace(GRANTED, pushed=None), False),
        (replace(GRANTED, misses=3), False),
        (replace(GRANTED, granted=NOW - 10 * DAY), False),
    ],
    ids=["good", "not granted", "not proven", "missed news", "over"],
)
def test_a_hub_is_relied_on_when_it_has_proven_itself(lease, relied):
    assert is_relied_on(lease, NOW) is relied


def test_news_that_was_not_announced_is_a_miss_and_announced_news_forgives():
    missed = after_poll(GRANTED, since=NOW + HOUR, news=True)
    assert missed.misses == 1
    assert after_poll(missed, since=NOW - HOUR, news=True).misses == 0
    assert after_poll(missed, since=NOW + HOUR, news=False) == missed
