"""How long something that failed is left alone."""

from datetime import datetime, timedelta

SHORTENED = 0.25
_DOUBLINGS = 64  # beyond any ratio of two settings; keeps the power within a float


def retry_delay(attempts: int, *, first: timedelta, longest: timedelta, jitter: float) -> timedelta:
    """Return the wait before trying again: doubled with each failed attempt, up to `longest`.

    Args:
        attempts: Earlier attempts, 0 or more.
        first: The wait when there was none.
        longest: The ceiling, before jitter.
        jitter: A draw from [0, 1) by the caller; shortens the wait by up to a quarter, so that
            what failed together does not come back together.
    """
    doubled = first.total_seconds() * 2.0 ** min(attempts, _DOUBLINGS)
    wait = min(doubled, longest.total_seconds()) * (1 - SHORTENED * jitter)
    return timedelta(seconds=wait)


def postponed(asked: datetime | None, own: datetime, *, latest: datetime) -> datetime | None:
    """Return until when to wait since we were asked to; None where our own wait is as long.

    Who always asks for no wait, or for one that is over, as in a date that was written down once,
    is tried no more often than who asks for none.
    """
    return min(asked, latest) if asked is not None and asked > own else None
