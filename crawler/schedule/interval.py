"""When a feed is asked again: what a poll teaches about its rhythm, and the wait that follows."""

from datetime import timedelta
from hashlib import blake2b

SHRINK = 0.5
GROW = 1.5  # with SHRINK: settles where 37 % of polls meet something new; decision 0031
SPREAD = 0.1


def next_interval(
    previous: timedelta,
    *,
    met_new: bool | None,
    first: timedelta,
    shortest: timedelta,
    longest: timedelta,
) -> timedelta:
    """Return a feed's interval after a poll: half when something new came, longer when nothing.

    Args:
        previous: The interval before this poll; zero when the feed was never read, which makes
            it `first`: what a feed holds at the first poll says nothing about its rhythm.
        met_new: Whether an unseen entry came; None when the poll failed. An outage teaches
            nothing, so that a feed is not forgotten because its server was away.
        first: The interval of a feed that is read for the first time.
        shortest: The operator's floor.
        longest: The operator's ceiling.

    Source: docs/decisions/0031-polling-rhythm.md
    """
    interval = first
    if previous and met_new is None:
        interval = previous
    elif previous:
        interval = previous * (SHRINK if met_new else GROW)
    return min(max(interval, shortest), longest)


def next_wait(
    interval: timedelta, *, floor: timedelta, longest: timedelta, jitter: float
) -> timedelta:
    """Return how long to wait for the next poll: the interval, or the publisher's longer floor.

    The floor (max-age, ttl, update period) is the publisher's word for this time only and never
    enters the interval; beyond the operator's `longest` it is not obeyed.

    Args:
        interval: As `next_interval` gives it.
        floor: Zero when the publisher named none.
        longest: The operator's ceiling.
        jitter: From [0, 1); lengthens the wait by up to a tenth, even at the ceiling, so that
            feeds added together do not stay together. See `stable_jitter`.
    """
    return max(interval, min(floor, longest)) * (1 + SPREAD * jitter)


def stable_jitter(name: str) -> float:
    """Return a number from [0, 1) that is always the same for a name and spread over names.

    Feeds of one host thus drift apart and keep their distance, with nothing remembered.
    """
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=6).digest()
    return int.from_bytes(digest) / 2**48
