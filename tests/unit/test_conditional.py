from datetime import UTC, datetime, timedelta

import pytest

from crawler.fetch.conditional import (
    Failed,
    Gone,
    Modified,
    Moved,
    NotModified,
    Throttled,
    freshness,
    hold_until,
    judge,
    lasting_target,
    request_headers,
    retry_after,
)
from crawler.model import Validators

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
URL = "https://example.com/feed"
HOUR = timedelta(hours=1)
KNOWN = Validators('W/"1"', "Sun, 22 Nov 2026 10:00:00 GMT")


def judged(status, headers=None, redirects=(), *, url=URL, sent=KNOWN, refusals=0):
    return judge(status, headers or {}, redirects, url=url, sent=sent, now=NOW, refusals=refusals)


def test_validators_go_back_byte_for_byte():
    odd = Validators('W/"\xe9"', "whenever")
    assert request_headers(odd) == {
        "If-None-Match": b'W/"\xe9"',
        "If-Modified-Since": b"whenever",
        "A-IM": b"feed",
    }


def test_a_missing_validator_is_never_invented():
    dated = Validators(last_modified="whenever")
    assert request_headers(dated) == {"If-Modified-Since": b"whenever"}
    assert request_headers(Validators()) == {}


def test_new_entries_alone_are_asked_for_where_there_is_an_etag():
    assert request_headers(Validators(etag='"1"'))["A-IM"] == b"feed"


def test_a_delta_of_a_feed_is_a_body_to_read():
    outcome = judged(226, {"im": "feed", "etag": '"2"'})
    assert outcome == Modified(Validators('"2"'), delta=True)


@pytest.mark.parametrize(
    ("im", "sent"), [("vcdiff", KNOWN), ("feed, gzip", KNOWN), ("", KNOWN), ("feed", Validators())]
)
def test_a_delta_that_was_not_asked_for_is_not_read(im, sent):
    assert judged(226, {"im": im}, sent=sent) == Failed("http-226", retryable=False)


def test_a_body_brings_its_validators_and_the_publishers_floor():
    headers = {"etag": '"2"', "last-modified": "x", "cache-control": "max-age=3600"}
    assert judged(200, headers) == Modified(Validators('"2"', "x"), HOUR)


def test_a_body_without_validators_drops_the_old_ones():
    assert judged(200) == Modified(Validators())


def test_not_modified_keeps_what_it_does_not_renew():
    assert judged(304) == NotModified(KNOWN)
    assert judged(304, {"etag": '"2"'}) == NotModified(Validators('"2"', KNOWN.last_modified))


def test_not_modified_without_a_question_is_a_failure():
    assert judged(304, sent=Validators()) == Failed("unasked-304", retryable=True)


@pytest.mark.parametrize("status", [201, 204, 206, 226])
def test_a_success_without_the_whole_body_is_no_success(status):
    assert judged(status) == Failed(f"http-{status}", retryable=False)


def test_gone_is_for_good_and_missing_is_not():
    assert judged(410) == Gone()
    assert judged(404) == Failed("http-404", retryable=False)


@pytest.mark.parametrize(
    ("status", "retryable"),
    [(400, False), (401, False), (403, False), (408, True), (421, True), (425, True), (451, False),
     (500, True), (501, False), (502, True), (503, True), (504, True), (520, True), (530, True)],
)  # fmt: skip
def test_only_passing_trouble_is_worth_another_try(status, retryable):
    assert judged(status) == Failed(f"http-{status}", retryable=retryable)


def test_a_redirect_not_followed_says_where_it_leads():
    assert judged(301, {"location": "/b"}) == Moved("https://example.com/b", permanent=True)
    assert judged(302, {"location": "//c/"}) == Moved("https://c/", permanent=False)
    assert judged(301) == Failed("http-301", retryable=False)


def test_a_permanent_move_is_told_with_the_answer_it_led_to():
    redirects = [(301, "http://example.com/feed")]
    assert judged(200, redirects=redirects) == Modified(Validators(), moved_to=URL)
    assert judged(304, redirects=redirects) == NotModified(KNOWN, moved_to=URL)


@pytest.mark.parametrize(
    ("redirects", "target"),
    [
        ([], ""),
        ([(301, "a")], "z"),
        ([(308, "a"), (301, "b")], "z"),
        ([(301, "a"), (302, "b")], "b"),
        ([(301, "a"), (302, "b"), (301, "c")], "b"),
        ([(302, "a"), (301, "b")], ""),
        ([(307, "a")], ""),
    ],
)
def test_only_the_unbroken_run_of_permanent_redirects_is_a_move(redirects, target):
    assert lasting_target(redirects, "z") == target


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("120", timedelta(seconds=120)),
        (" 120 ", timedelta(seconds=120)),
        ("0", timedelta(0)),
        ("Sun, 22 Nov 2026 13:00:00 GMT", HOUR),
        ("Sunday, 22-Nov-26 13:00:00 GMT", HOUR),
        ("Sun Nov 22 13:00:00 2026", HOUR),
        ("Sun, 22 Nov 2026 15:00:00 +0200", HOUR),
        ("Sun, 22 Nov 2026 11:00:00 GMT", timedelta(0)),
        ("9" * 400, timedelta(seconds=9_999_999_999)),
    ],
)
def test_retry_after_is_read_as_seconds_or_date(value, wait):
    assert retry_after({"retry-after": value}, NOW) == NOW + wait


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "1.5", "²", "Mon, 99 Foo 2026", "Sun, 22 Nov 99999 13:00:00 GMT"]
)  # fmt: skip
def test_retry_after_that_means_nothing_is_ignored(value):
    assert retry_after({"retry-after": value}, NOW) is None


@pytest.mark.parametrize("status", [301, 429, 503])
def test_retry_after_holds_the_host_on_the_statuses_that_carry_it(status):
    assert hold_until(status, {"retry-after": "60"}, NOW) == NOW + timedelta(minutes=1)


@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_retry_after_means_nothing_elsewhere(status):
    assert hold_until(status, {"retry-after": "60"}, NOW) is None


def test_retry_after_is_capped_by_the_operator():
    held = hold_until(503, {"retry-after": "99999999"}, NOW, longest=HOUR)
    assert held == NOW + HOUR


@pytest.mark.parametrize(
    ("refusals", "minutes"), [(0, 1), (1, 2), (5, 32), (11, 1440), (500, 1440)]
)
def test_a_refusal_without_a_time_doubles_the_rest_to_a_day(refusals, minutes):
    assert judged(429, refusals=refusals) == Throttled(NOW + timedelta(minutes=minutes))


def test_a_server_in_trouble_is_throttling_only_when_it_names_a_time():
    assert judged(503, {"retry-after": "60"}) == Throttled(NOW + timedelta(minutes=1))
    assert judged(503) == Failed("http-503", retryable=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"cache-control": "max-age=600"}, 600),
        ({"cache-control": 'public, MAX-AGE = "600"'}, 600),
        ({"cache-control": "s-maxage=600"}, 0),
        ({"cache-control": "x-max-age=600"}, 0),
        ({"cache-control": "max-age=600", "age": "500"}, 100),
        ({"cache-control": "max-age=600", "age": "900"}, 0),
        ({"cache-control": "no-cache, max-age=600"}, 0),
        ({"cache-control": "max-age=600, no-store"}, 0),
        ({"cache-control": "max-age=-1"}, 0),
        ({"cache-control": "max-age=soon"}, 0),
        ({"expires": "Sun, 22 Nov 2026 12:10:00 GMT"}, 600),
        ({"expires": "Sun, 22 Nov 2026 12:10:00 GMT", "cache-control": "max-age=5"}, 5),
        ({"expires": "Sun, 22 Nov 2026 12:10:00 GMT", "date": "Sun, 22 Nov 2026 12:09:00 GMT"}, 60),
        ({"expires": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0),
        ({"expires": "0"}, 0),
        ({"expires": "-1"}, 0),
    ],
)
def test_freshness_is_what_the_publisher_says(headers, seconds):
    assert freshness(headers, NOW) == timedelta(seconds=seconds)


def test_a_floor_is_capped_by_the_operator():
    headers = {"cache-control": "max-age=99999999"}
    outcome = judge(200, headers, url=URL, sent=KNOWN, now=NOW, longest=HOUR)
    assert outcome == Modified(Validators(), HOUR)
