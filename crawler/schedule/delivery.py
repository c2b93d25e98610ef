"""What becomes of a hook and its deliveries: when to tell it, when to rest, when to give up.

Two counts keep two troubles apart. A delivery that fails waits longer each time and dies at last,
so that one that a receiver cannot digest holds up no other. A hook whose deliveries all fail rests
as a whole and is only probed, so that an outage of days uses up no delivery's attempts.

Source: docs/decisions/0176-two-counts-of-failures.md
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawler.contract import is_before, just_before, ordinal
from crawler.hook import Attempt, Delivery, Hook, HookState, Letter, Outcome, Reply, Turn
from crawler.model import Alert, ChangeId, FeedId, OutletId
from crawler.schedule.backoff import postponed, retry_delay

QUEUE_MOST = 100  # read ahead of what is delivered; the rest waits in the stream
RETRY_FIRST, RETRY_LONGEST = timedelta(seconds=10), timedelta(hours=6)
REST_FIRST, REST_LONGEST = timedelta(seconds=1), timedelta(minutes=10)
AGAIN_LONGEST = timedelta(days=1)  # granted to Retry-After
GONE = 410
UNREADABLE = "unreadable-position"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on with what fails."""

    attempts: int = 15  # of one delivery: over about a day
    failing: timedelta = timedelta(days=3)  # of a hook that takes nothing
    lease: timedelta = timedelta(seconds=60)  # longer than one attempt


def has_work(hook: Hook, last: ChangeId, now: datetime) -> bool:
    """Tell whether a hook might be told something now, and nobody is at it.

    Args:
        hook: As it stands.
        last: The newest change of its topic.
        now: The present.
    """
    free = hook.leased_until is None or hook.leased_until <= now
    return free and (next_delivery(hook, now) is not None or reads_on(hook, last, now))


def reads_on(hook: Hook, last: ChangeId, now: datetime) -> bool:
    """Tell whether a hook may take in more changes, and there are some."""
    return _is_told(hook, now) and room(hook) > 0 and hook.position != last


def next_delivery(hook: Hook, now: datetime) -> Delivery | None:
    """Return what to deliver at this instant: of what is due, what fell due first."""
    if not _is_told(hook, now):
        return None
    due = [delivery for delivery in hook.queue if delivery.due <= now]
    return min(due, key=lambda delivery: delivery.due, default=None)


def room(hook: Hook) -> int:
    """Return how many changes may be read ahead."""
    return max(0, QUEUE_MOST - len(hook.queue))


# --- steps -----------------------------------------------------------------------------------


def claimed(hook: Hook, *, worker: str, now: datetime, lease: timedelta) -> Turn | None:
    """Let a worker tell the hook, and no other until the lease ends; None when one does."""
    others = hook.worker not in {"", worker}
    if others and hook.leased_until is not None and hook.leased_until > now:
        return None
    return Turn(replace(hook, worker=worker, leased_until=now + lease))


def released(hook: Hook, *, worker: str) -> Turn | None:
    """Let any worker tell the hook again; None when this one did not."""
    if hook.worker != worker:
        return None
    return Turn(replace(hook, worker="", leased_until=None))


def taken(
    hook: Hook, wanted: Sequence[ChangeId], *, start: ChangeId, position: ChangeId, now: datetime
) -> Turn | None:
    """Queue these changes and move on to `position`; None when another did since `start`."""
    if hook.position != start:
        return None
    queue = (*hook.queue, *(Delivery(change, now) for change in wanted))
    return Turn(replace(hook, queue=queue, position=position))


def overslept(hook: Hook, *, start: ChangeId, trimmed: ChangeId, now: datetime) -> Turn | None:
    """Queue the news that changes are lost: those after `start` up to `trimmed`."""
    if hook.position != start:
        return None
    gap = Delivery(trimmed, now, after=start)
    return Turn(replace(hook, queue=(*hook.queue, gap), position=trimmed))


def lost(hook: Hook, delivery: Delivery, *, trimmed: ChangeId, now: datetime) -> Turn:
    """Queue the news that what waits and is trimmed by now is lost, in its place.

    Args:
        hook: As it stands.
        delivery: One of those, which was to be told now.
        trimmed: The newest change that is not kept any more.
        now: When.
    """
    turn = dropped(hook, delivery, now=now)
    gone = [one for one in hook.queue if not one.after and not is_before(trimmed, one.change)]
    ids = sorted((one.change for one in gone), key=ordinal)
    if not ids:
        return turn
    gap = Delivery(ids[-1], now, after=ChangeId(just_before(ids[0])))
    kept = (one for one in hook.queue if one not in gone)
    return replace(turn, hook=replace(hook, queue=(gap, *kept)))


def stranded(hook: Hook, *, start: ChangeId, now: datetime) -> Turn | None:
    """Suspend a hook whose position is no change id: where it would go on cannot be told."""
    if hook.position != start:
        return None
    attempt = Attempt(start, now, Outcome.FAILED, UNREADABLE)
    return _stopped(Turn(hook, attempt), HookState.SUSPENDED)


def dropped(hook: Hook, delivery: Delivery, *, now: datetime) -> Turn:
    """Take out a delivery whose change is not kept any more."""
    attempt = Attempt(delivery.change, now, Outcome.DROPPED, "not-kept")
    return Turn(replace(hook, queue=_without(hook, delivery)), attempt)


def settled(
    hook: Hook,
    delivery: Delivery,
    reply: Reply,
    *,
    now: datetime,
    jitter: float,
    patience: Patience,
) -> Turn:
    """Record what came of an attempt, and decide what follows from it.

    Args:
        hook: As it stands now; an operator may have changed it since the attempt began.
        delivery: What was attempted.
        reply: How the receiver took it.
        now: When.
        jitter: A draw from [0, 1), so that what failed together does not come back together.
        patience: When to give up.
    """
    if hook.leased_until is not None:
        hook = replace(hook, leased_until=now + patience.lease)
    if reply.taken:
        return _delivered(hook, delivery, reply, now)
    if reply.status == GONE:
        return _stopped(Turn(hook, _attempt(delivery, reply, now, Outcome.FAILED)), HookState.GONE)
    turn = _failed(hook, delivery, reply, now=now, jitter=jitter, most=patience.attempts)
    since = turn.hook.failing_since
    if since is not None and now - since >= patience.failing:
        return _stopped(turn, HookState.SUSPENDED)
    return turn


# --- what an operator decides ----------------------------------------------------------------


def paused(hook: Hook) -> Turn:
    """Tell the hook nothing more; changes wait for it as long as the stream keeps them."""
    return Turn(replace(hook, state=HookState.PAUSED))


def named(hook: Hook, *, name: str) -> Turn:
    """Call the hook something else, or nothing."""
    return Turn(replace(hook, name=name))


def exchanged(hook: Hook, *, secret: str, now: datetime, overlap: timedelta) -> Turn:
    """Sign with another secret from now on, and for a while with the one of before as well."""
    if overlap <= timedelta(0):
        return Turn(replace(hook, secret=secret, former="", former_until=None))
    return Turn(replace(hook, secret=secret, former=hook.secret, former_until=now + overlap))


def resumed(hook: Hook, *, now: datetime) -> Turn:
    """Tell the hook again, whatever stopped it, with everything due at once."""
    queue = tuple(replace(delivery, due=now) for delivery in hook.queue)
    return Turn(
        replace(hook, state=HookState.ACTIVE, queue=queue, failures=0, failing_since=None,
                rests_until=None, reason="")
    )  # fmt: skip


def revived(hook: Hook, letters: Sequence[Letter], *, now: datetime) -> Turn:
    """Queue these dead letters, due now, with no attempts counted."""
    again = (Delivery(one.change, now, reason=one.reason, after=one.after) for one in letters)
    return Turn(replace(hook, queue=(*hook.queue, *again)))


# --- what follows from an attempt ------------------------------------------------------------


def _delivered(hook: Hook, delivery: Delivery, reply: Reply, now: datetime) -> Turn:
    told = replace(hook, queue=_without(hook, delivery), delivered=hook.delivered + 1, failures=0,
                   failing_since=None, rests_until=None, reason="")  # fmt: skip
    return Turn(told, _attempt(delivery, reply, now, Outcome.DELIVERED))


def _failed(
    hook: Hook, delivery: Delivery, reply: Reply, *, now: datetime, jitter: float, most: int
) -> Turn:
    rest = now + retry_delay(hook.failures, first=REST_FIRST, longest=REST_LONGEST, jitter=jitter)
    wait = retry_delay(delivery.attempts, first=RETRY_FIRST, longest=RETRY_LONGEST, jitter=jitter)
    again = postponed(reply.again, now + wait, latest=now + AGAIN_LONGEST)
    hook = replace(hook, failures=hook.failures + 1, failing_since=hook.failing_since or now,
                   rests_until=again or max(rest, reply.again or rest),
                   reason=reply.reason)  # fmt: skip
    tried = replace(delivery, reason=reply.reason, attempts=delivery.attempts + (again is None))
    if tried.attempts >= most:
        return _died(hook, tried, reply, now)
    later = replace(tried, due=again or now + wait)
    queue = tuple(later if _same(one, delivery) else one for one in hook.queue)
    return Turn(replace(hook, queue=queue), _attempt(later, reply, now, Outcome.FAILED))


def _died(hook: Hook, delivery: Delivery, reply: Reply, now: datetime) -> Turn:
    letter = Letter(delivery.change, delivery.after, delivery.attempts, reply.reason, now)
    hook = replace(hook, queue=_without(hook, delivery), dead=hook.dead + 1)
    return Turn(hook, _attempt(delivery, reply, now, Outcome.DEAD), letter)


def _stopped(turn: Turn, state: HookState) -> Turn:
    """Tell the hook no more until an operator resumes it, and say so."""
    hook, attempt = turn.hook, turn.attempt
    if attempt is None:
        return turn
    alert = Alert(
        feed=FeedId(hook.id), outlet=OutletId(""), url=hook.address, was=hook.state, health=state,
        outcome=attempt.reason, at=attempt.at, about="hook",
    )  # fmt: skip
    return replace(turn, hook=replace(hook, state=state, reason=attempt.reason), alert=alert)


def _attempt(delivery: Delivery, reply: Reply, now: datetime, outcome: Outcome) -> Attempt:
    return Attempt(delivery.change, now, outcome, reply.reason, reply.status, reply.milliseconds)


def _without(hook: Hook, delivery: Delivery) -> tuple[Delivery, ...]:
    return tuple(one for one in hook.queue if not _same(one, delivery))


def _same(one: Delivery, other: Delivery) -> bool:
    return (one.change, one.after) == (other.change, other.after)


def _is_told(hook: Hook, now: datetime) -> bool:
    rests = hook.rests_until is not None and hook.rests_until > now
    return hook.state is HookState.ACTIVE and not rests
