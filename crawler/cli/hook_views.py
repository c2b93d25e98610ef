"""Hooks, attempts and letters as an operator sees them."""

from crawler.hook import Attempt, Hook, HookState, Letter
from crawler.schedule.delivery import UNREADABLE


def facts_of(hook: Hook) -> dict[str, object]:
    """Return what may be shown of a hook: all but its secret, and what its address may hide."""
    return {
        "id": hook.id,
        "name": hook.name,
        "state": hook.state,
        "address": hook.address,
        "topic": hook.topic,
        "events": hook.events,
        "filters": hook.filters,
        "created": hook.created,
        "position": hook.position,
        "delivered": hook.delivered,
        "queued": len(hook.queue),
        "dead": hook.dead,
        "failures": hook.failures,
        "failing_since": hook.failing_since,
        "rests_until": hook.rests_until,
        "reason": hook.reason,
        "old_secret_until": hook.former_until,
    }


def row_of(hook: Hook) -> tuple[object, ...]:
    """Return a hook as a row of `hooks list`."""
    asks = ", ".join((*hook.events, *hook.filters)) or "everything"
    return (hook.id, hook.name, hook.state, hook.address, hook.topic, asks, hook.delivered,
            len(hook.queue), hook.dead, _trouble(hook))  # fmt: skip


def _trouble(hook: Hook) -> str:
    if hook.reason == UNREADABLE:
        return f"{hook.reason} {hook.position}; remove it and add it anew"
    trouble = f"{hook.reason} ({hook.failures} in a row)" if hook.reason else ""
    if hook.state in {HookState.SUSPENDED, HookState.GONE}:
        trouble += "; kordon hooks resume takes it up again"
    return trouble


def attempt_row(one: Attempt) -> tuple[object, ...]:
    """Return an attempt as a row: at, change, outcome, reason, milliseconds."""
    return one.at, one.change, one.outcome, one.reason, one.milliseconds


def letter_row(one: Letter) -> tuple[object, ...]:
    """Return a dead letter as a row: change, when it died, attempts, reason."""
    return one.change, one.died, one.attempts, one.reason
