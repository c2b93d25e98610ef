"""How the frontier's values are written: JSON behind a host, times in whole milliseconds."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from crawler.errors import SourceError
from crawler.fetch.urls import host_of
from crawler.model import EntryClaim, FeedState, Host, Skipped
from crawler.ports import EntryRecord, HostRecord

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
NOWHERE = Host("invalid")  # RFC 2606: never a real host

Value = TypeVar("Value")


def encode(value: object) -> bytes:
    """Return a value as JSON; half characters (lone surrogates) become question marks."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_whole(msgspec.to_builtins(value)))


def decode(raw: bytes, kind: type[Value]) -> Value:
    """Return the value of this kind that was encoded."""
    return msgspec.json.decode(raw, type=kind)


def record(url: str, value: object) -> bytes:
    """Return a value behind its host and a space, so that a script reads the host alone."""
    return host_at(url).encode() + b" " + encode(value)


def unrecord(raw: bytes, kind: type[Value]) -> Value:
    """Return the value of a record."""
    return decode(raw.partition(b" ")[2], kind)


def host_at(url: str) -> Host:
    """Return the host that bears a request, or `NOWHERE`, where an unusable address is buried.

    The frontier takes such an address all the same: whoever fetches it tells why it fails.
    """
    try:
        return host_of(url)
    except SourceError:
        return NOWHERE


def next_poll_of(state: FeedState) -> datetime:
    """Return when the feed is due next.

    Raises:
        ValueError: The state does not say; a feed without it would never be polled again.
    """
    if state.next_poll is None:
        raise ValueError(f"the state of feed {state.feed.id} lacks the instant of the next poll")
    return state.next_poll


def millis(instant: datetime) -> int:
    """Return whole milliseconds since 1970."""
    return (instant - EPOCH) // MILLISECOND


def span(length: timedelta) -> int:
    """Return a length in whole milliseconds, rounded up so that no pause is cut short."""
    return -(-length // MILLISECOND)


def instant(score: float | str | bytes) -> datetime:
    """Return the instant that a script wrote as a number."""
    return EPOCH + int(float(score)) * MILLISECOND


def upcoming(score: float | str | bytes, now: datetime) -> datetime | None:
    """Return the instant that a script wrote if it is still to come."""
    at = instant(score)
    return at if at > now else None


def listed_as(claim: EntryClaim, skipped: Skipped, now: datetime) -> EntryRecord:
    """Return how an operator is shown an entry that was skipped."""
    why = f"{skipped.reason}: {skipped.detail}" if skipped.detail else skipped.reason.value
    return EntryRecord(claim.entry, "skipped", claim.attempts, why, now)


def in_turn(hosts: Iterable[HostRecord]) -> Sequence[HostRecord]:
    """Return hosts by their next turn, then by name; those without one stand last."""
    last = datetime.max.replace(tzinfo=UTC)
    return sorted(hosts, key=lambda host: (host.next_turn or last, host.host))


def _whole(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_whole(name): _whole(part) for name, part in value.items()}
    return [_whole(part) for part in value] if isinstance(value, list) else value
