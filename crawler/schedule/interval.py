"""When a feed is asked again: what it expects to bring, bounded by operator and publisher."""

from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import blake2b

SPREAD = 0.1
HOUR = timedelta(hours=1)


def next_wait(
    interval: timedelta, *, floor: timedelta, longest: timedelta, jitter: float
) -> timedelta:
    """Return how long to wait for the next poll: the interval, or the publisher's longer floor.

    The floor (max-age, ttl, update period) is the publisher's word for this time only and never
    enters the interval; beyond the operator's `longest` it is not obeyed.

    Args:
        interval: What the feed's rhythm asks for, within the operator's bounds.
        floor: Zero when the publisher named none.
        longest: The operator's ceiling.
        jitter: From [0, 1); lengthens the wait by up to a tenth, even at the ceiling, so that
            feeds added together do not stay together. See `stable_jitter`.
    """
    return max(interval, min(floor, longest)) * (1 + SPREAD * jitter)


def outside_skips(
    due: datetime, *, hours: Collection[int], days: Collection[int], latest: datetime
) -> datetime:
    """Return the first instant from `due` on that a feed's skipHours and skipDays leave open.

    Args:
        due: When the feed would be asked.
        hours: Of the day, UTC, at which the publisher does not want to be asked.
        days: Of the week, UTC, Monday is 0.
        latest: What the operator grants; the feed is asked then, whatever is skipped.

    Source: RSS 2.0, skipHours and skipDays
    """
    while due < latest and (due.hour in hours or due.weekday() in days):
        due = due.replace(minute=0, second=0, microsecond=0) + HOUR
    return min(due, latest) if hours or days else due


def stable_jitter(name: str) -> float:
    """Return a number from [0, 1) that is always the same for a name and spread over names.

    Feeds of one host thus drift apart and keep their distance, with nothing remembered.
    """
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48
