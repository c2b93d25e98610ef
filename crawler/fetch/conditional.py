"""Conditional requests: what to ask with, and what an answer means (RFC 9110, RFC 9111)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin

from crawler.fetch.reasons import FailReason
from crawler.model import Validators

Headers = Mapping[str, str]  # names in lower case; values one character a byte (latin-1)
Hop = tuple[int, str]  # a redirect: its status, and the address that gave it

NONE = timedelta(0)
REFUSAL_FIRST = timedelta(minutes=1)  # StormCrawler: headerless refusals double from a minute
REFUSAL_LONGEST = timedelta(days=1)  # to a day
OUTAGE_LONGEST = timedelta(minutes=30)  # a host that is back shall not wait long
_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_READABLE = frozenset({200, 203})  # other 2xx carry no whole body we asked for
_PASSING = frozenset({408, 421, 425, 500, 502, 503, 504, *range(520, 531)})  # 520-530: CDNs


@dataclass(frozen=True, slots=True)
class Modified:
    """There is a body to read; its validators are worth keeping only if it can be read."""

    validators: Validators
    floor: timedelta = NONE  # the publisher asks not to be polled again sooner
    moved_to: str = ""  # where permanent redirects led; empty without any
    delta: bool = False  # the body holds only what is new since the ETag we sent


@dataclass(frozen=True, slots=True)
class NotModified:
    """Nothing changed; the validators are those to ask with next time."""

    validators: Validators
    floor: timedelta = NONE
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A redirect that was not followed."""

    to: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """The publisher says the address is gone for good."""


@dataclass(frozen=True, slots=True)
class Throttled:
    """The publisher asks to be left alone until then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """Nothing came that can be used."""

    reason: str
    retryable: bool


Outcome = Modified | NotModified | Moved | Gone | Throttled | Failed


def request_headers(validators: Validators) -> dict[str, bytes]:
    """Return the headers that ask only for what is new.

    Both validators are sent byte for byte as they came, quotes and `W/` included; neither is
    ever invented. Where there is an ETag, a server that can may answer with new entries alone.

    Source: RFC 9110, 13.1; RFC 3229, "A-IM: feed"
    """
    asked = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    if validators.etag:
        asked["A-IM"] = "feed"
    return {name: value.encode("latin-1") for name, value in asked.items() if value}


def judge(
    status: int,
    headers: Headers,
    redirects: Sequence[Hop] = (),
    *,
    url: str,
    sent: Validators,
    now: datetime,
    refusals: int = 0,
    longest: timedelta = REFUSAL_LONGEST,
) -> Outcome:
    """Return what an answer means for the next request.

    Args:
        status: What came last, after the redirects.
        headers: The same answer's.
        redirects: The hops that were followed, in order.
        url: Where the answer came from, after the redirects.
        sent: The validators the question carried; without any, a 304 is a lie.
        now: The present.
        refusals: Refusals in a row before this one; each doubles the wait where the publisher
            names none.
        longest: What the operator grants at most as floor and as Retry-After.
    """
    delta = _is_delta(status, headers, sent)
    if status in _READABLE or delta:
        floor = min(freshness(headers, now), longest)
        return Modified(_validators(headers), floor, lasting_target(redirects, url), delta)
    if status == 304 and sent != Validators():  # noqa: PLR2004 - RFC 9110, 15.4.5
        floor = min(freshness(headers, now), longest)
        return NotModified(_refreshed(sent, headers), floor, lasting_target(redirects, url))
    if status in _REDIRECTS and headers.get("location"):
        return Moved(urljoin(url, headers["location"]), permanent=status in _PERMANENT)
    return _refusal(status, headers, now, refusals, longest)


def _is_delta(status: int, headers: Headers, sent: Validators) -> bool:
    """Tell whether the body is a feed's delta; only then is a 226 understood (RFC 3229, 10.4.1)."""
    manipulations = [name.strip().lower() for name in headers.get("im", "").split(",")]
    return status == 226 and bool(sent.etag) and manipulations == ["feed"]  # noqa: PLR2004


def _refusal(
    status: int, headers: Headers, now: datetime, refusals: int, longest: timedelta
) -> Outcome:
    until = hold_until(status, headers, now, refusals=refusals, longest=longest)
    if until is not None:
        return Throttled(until)
    if status == 304:  # noqa: PLR2004
        return Failed(FailReason.UNASKED, retryable=True)
    return Gone() if status == 410 else Failed(f"http-{status}", status in _PASSING)  # noqa: PLR2004


def hold_until(
    status: int,
    headers: Headers,
    now: datetime,
    *,
    refusals: int = 0,
    longest: timedelta = REFUSAL_LONGEST,
) -> datetime | None:
    """Return until when this answer asks us to leave the whole host alone; None if it does not.

    Retry-After counts on 429, 503 and 301. A 429 without it is a minute's rest, doubled with
    every further refusal.

    Source: RFC 9110, 10.2.3; RFC 6585, 4
    """
    if status not in {301, 429, 503}:
        return None
    asked = retry_after(headers, now)
    if asked is not None:
        return min(asked, now + longest)
    if status != 429:  # noqa: PLR2004
        return None
    return now + min(REFUSAL_FIRST * (1 << min(refusals, 16)), longest)


def outage_rest(failures: int) -> timedelta:
    """Return how long a host that cannot answer is left alone; a first failure is none of its own.

    A minute, doubled with every further failure, up to half an hour.

    Args:
        failures: Requests in a row before this one that the host could not answer.
    """
    doubled = REFUSAL_FIRST * (1 << min(failures - 1, 16)) if failures else NONE
    return min(doubled, OUTAGE_LONGEST)


def retry_after(headers: Headers, now: datetime) -> datetime | None:
    """Return the moment Retry-After names, never before `now`; None when it names none.

    Source: RFC 9110, 10.2.3
    """
    value = headers.get("retry-after", "").strip()
    if _is_number(value):
        return now + _seconds(value)
    moment = _http_date(value)
    return None if moment is None else max(moment, now)


def freshness(headers: Headers, now: datetime) -> timedelta:
    """Return how much longer the publisher calls this answer fresh; zero when it says nothing.

    Source: RFC 9111, 4.2
    """
    control = headers.get("cache-control", "").lower()
    if re.search(r"(?<![\w-])no-(?:cache|store)(?![\w-])", control):
        return NONE
    age = headers.get("age", "").strip()
    spent = _seconds(age) if _is_number(age) else NONE
    return max(_lifetime(control, headers, now) - spent, NONE)


def _lifetime(control: str, headers: Headers, now: datetime) -> timedelta:
    given = re.search(r'(?<![\w-])max-age\s*=\s*"?(\d+)', control, re.ASCII)
    if given:
        return _seconds(given[1])
    expires = _http_date(headers.get("expires", ""))
    if expires is None:
        return NONE
    return expires - (_http_date(headers.get("date", "")) or now)


def lasting_target(redirects: Sequence[Hop], url: str) -> str:
    """Return the address the permanent redirects lead to, or "" when the first is temporary.

    Only the unbroken run of 301 and 308 at the start counts: what follows a temporary redirect
    says nothing about the address we asked for.
    """
    target = ""
    stops = [source for _, source in redirects[1:]] + [url]
    for (status, _), stop in zip(redirects, stops, strict=False):  # no hop leaves one stop over
        if status not in _PERMANENT:
            break
        target = stop
    return target


def _validators(headers: Headers) -> Validators:
    return Validators(headers.get("etag", ""), headers.get("last-modified", ""))


def _refreshed(sent: Validators, headers: Headers) -> Validators:
    fresh = _validators(headers)
    return Validators(fresh.etag or sent.etag, fresh.last_modified or sent.last_modified)


def _is_number(value: str) -> bool:
    return value.isascii() and value.isdigit()


def _seconds(digits: str) -> timedelta:
    """Read delta-seconds; more than ten digits would mean centuries and are cut to them."""
    return timedelta(seconds=int(digits[:10]))


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, IndexError):
        return None
