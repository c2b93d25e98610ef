"""When a hub (WebSub) is told which of our feeds changed.

A feed is told of at once, then left alone for a while: however often it changes meanwhile, it is
told of once more at the end. A ping says only that something changed, so what is owed is bounded
by the number of feeds, and telling twice harms nobody. As with hooks, two counts keep two troubles
apart: a hub that takes nothing rests as a whole, a feed that it refuses waits alone.

Source: docs/decisions/0211-our-feeds-have-a-hub.md
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawler.contract import is_before
from crawler.hook import Reply
from crawler.model import ChangeId, TopicId
from crawler.schedule.backoff import postponed, retry_delay

PAUSE = timedelta(minutes=1)  # between two pings of one feed
TOGETHER = 25  # pings between two records of how far we are; after a crash so many are sent again
ATTEMPTS = 15  # of one ping, over about a day; a later change owes it anew
RETRY_FIRST, RETRY_LONGEST = timedelta(seconds=10), timedelta(hours=6)
REST_FIRST, REST_LONGEST = timedelta(seconds=1), timedelta(minutes=10)
AGAIN_LONGEST = timedelta(days=1)  # granted to Retry-After


@dataclass(frozen=True, slots=True)
class Notice:
    """A feed that the hub has to be told of, or was told of a moment ago."""

    feed: str  # its path, with the format
    due: datetime  # not told of before
    owed: bool = True  # it changed since it was last told of
    attempts: int = 0  # in vain


@dataclass(frozen=True, slots=True)
class Bulletin:
    """How far telling the hub of one topic has come."""

    topic: TopicId
    position: ChangeId  # the last change that was considered
    notices: tuple[Notice, ...] = ()
    failures: int = 0  # in a row, whatever feed it was
    rests_until: datetime | None = None
    worker: str = ""  # who tells the hub now,
    leased_until: datetime | None = None  # and until when nobody else may


def has_work(bulletin: Bulletin, reached: ChangeId, now: datetime) -> bool:
    """Tell whether there may be something to do, and nobody is at it.

    Args:
        bulletin: As it stands.
        reached: The last change that our feeds show.
        now: The present.
    """
    free = bulletin.leased_until is None or bulletin.leased_until <= now
    return free and (is_before(bulletin.position, reached) or bool(due_notices(bulletin, now)))


def due_notices(bulletin: Bulletin, now: datetime) -> Sequence[Notice]:
    """Return what to tell at this instant, what fell due first in front; none while it rests."""
    if bulletin.rests_until is not None and bulletin.rests_until > now:
        return ()
    due = [notice for notice in bulletin.notices if notice.owed and notice.due <= now]
    return sorted(due, key=lambda notice: notice.due)[:TOGETHER]


# --- steps -----------------------------------------------------------------------------------


def claimed(bulletin: Bulletin, *, worker: str, now: datetime, lease: timedelta) -> Bulletin | None:
    """Let a worker tell the hub, and no other until the lease ends; None when one does."""
    others = bulletin.worker not in {"", worker}
    if others and bulletin.leased_until is not None and bulletin.leased_until > now:
        return None
    return replace(bulletin, worker=worker, leased_until=now + lease)


def released(bulletin: Bulletin, *, worker: str) -> Bulletin | None:
    """Let any worker tell the hub again; None when this one did not."""
    if bulletin.worker != worker:
        return None
    return replace(bulletin, worker="", leased_until=None)


def noted(
    bulletin: Bulletin, feeds: Iterable[str], *, start: ChangeId, position: ChangeId, now: datetime
) -> Bulletin | None:
    """Owe these feeds and move on to `position`; None when another did since `start`."""
    if bulletin.position != start:
        return None
    kept = {one.feed: one for one in bulletin.notices if one.owed or one.due > now}
    for feed in feeds:
        kept[feed] = replace(kept.get(feed) or Notice(feed, now), owed=True)
    return replace(bulletin, position=position, notices=tuple(kept.values()))


def settled(
    bulletin: Bulletin, notice: Notice, reply: Reply, *, now: datetime, jitter: float
) -> Bulletin:
    """Record how the hub took a ping, and decide what follows.

    Args:
        bulletin: As it stands now.
        notice: What it was told of.
        reply: How it took that.
        now: When.
        jitter: A draw from [0, 1), so that what failed together does not come back together.
    """
    if reply.taken:
        told = Notice(notice.feed, now + PAUSE, owed=False)
        return replace(_with(bulletin, told), failures=0, rests_until=None)
    own = retry_delay(bulletin.failures, first=REST_FIRST, longest=REST_LONGEST, jitter=jitter)
    wait = retry_delay(notice.attempts, first=RETRY_FIRST, longest=RETRY_LONGEST, jitter=jitter)
    again = postponed(reply.again, now + wait, latest=now + AGAIN_LONGEST)
    rest = again or max(now + own, reply.again or now + own)
    attempts = notice.attempts + (again is None)
    later = replace(notice, due=again or now + wait, owed=attempts < ATTEMPTS, attempts=attempts)
    rested = replace(bulletin, failures=bulletin.failures + 1, rests_until=rest)
    return _with(rested, later if later.owed else replace(later, attempts=0))


def _with(bulletin: Bulletin, notice: Notice) -> Bulletin:
    notices = (notice if one.feed == notice.feed else one for one in bulletin.notices)
    return replace(bulletin, notices=tuple(notices))
