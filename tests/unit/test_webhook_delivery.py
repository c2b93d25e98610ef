"""When a hook is told, when it rests, what dies and what is suspended: decided without a clock."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.hook import Delivery, Hook, HookId, HookState, Letter, Outcome, Reply
from crawler.model import ChangeId, TopicId
from crawler.schedule.delivery import (
    AGAIN_LONGEST,
    QUEUE_MOST,
    Patience,
    claimed,
    exchanged,
    has_work,
    next_delivery,
    overslept,
    paused,
    released,
    resumed,
    revived,
    settled,
    taken,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PATIENCE = Patience(attempts=3, failing=timedelta(days=2), lease=MINUTE)
ONE, TWO = Delivery(ChangeId("1-0"), NOON), Delivery(ChangeId("2-0"), NOON)
HOOK = Hook(HookId("a"), "https://r.example/secret-path?token=x", "whsec_s3cret", TopicId("t"),
            NOON, ChangeId("2-0"), queue=(ONE, TWO))  # fmt: skip
TAKEN, REFUSED = Reply(204, "", 12), Reply(500, "http-500", 12)


def after(hook, delivery, reply, now=NOON):
    return settled(hook, delivery, reply, now=now, jitter=0.0, patience=PATIENCE)


def test_what_is_taken_leaves_the_queue_and_forgives_earlier_failures():
    troubled = replace(HOOK, failures=4, failing_since=NOON, rests_until=NOON, reason="http-500")
    turn = after(troubled, ONE, TAKEN)
    assert turn.hook.queue == (TWO,)
    assert (turn.hook.delivered, turn.hook.failures, turn.hook.failing_since) == (1, 0, None)
    assert turn.attempt.outcome is Outcome.DELIVERED


@pytest.mark.parametrize("status", [0, 199, 301, 302, 400, 401, 404, 413, 429, 500, 503])
def test_nothing_but_a_success_counts_as_taken(status):
    turn = after(HOOK, ONE, Reply(status, f"http-{status}"))
    assert [one.change for one in turn.hook.queue] == ["1-0", "2-0"]
    assert turn.hook.queue[0].attempts == 1


def test_what_one_delivery_cannot_get_through_holds_up_no_other():
    hook = after(HOOK, ONE, REFUSED).hook
    soon = NOON + timedelta(seconds=1)
    assert next_delivery(hook, NOON) is None
    assert next_delivery(hook, soon) == TWO


def test_a_delivery_waits_twice_as_long_after_each_failure_and_dies_with_its_reason():
    hook, now, waits = replace(HOOK, queue=(ONE,)), NOON, []
    for _ in range(2):
        hook = after(hook, hook.queue[0], REFUSED, now).hook
        waits.append(hook.queue[0].due - now)
        now = hook.queue[0].due
    assert waits == [timedelta(seconds=10), timedelta(seconds=20)]
    turn = after(hook, hook.queue[0], REFUSED, now)
    assert turn.hook.queue == ()
    assert turn.hook.dead == 1
    assert turn.letter == Letter(ChangeId("1-0"), None, 3, "http-500", now)
    assert turn.attempt.outcome is Outcome.DEAD


def test_the_default_patience_lasts_about_a_day():
    hook, now = replace(HOOK, queue=(ONE,)), NOON
    while hook.queue:
        hook = settled(hook, hook.queue[0], REFUSED, now=now, jitter=0.5,
                       patience=Patience()).hook  # fmt: skip
        now = hook.queue[0].due if hook.queue else now
    assert timedelta(hours=18) < now - NOON < timedelta(hours=30)


def test_retry_after_is_obeyed_within_a_day_and_counts_as_no_attempt():
    asked = NOON + timedelta(hours=2)
    turn = after(HOOK, ONE, Reply(429, "http-429", again=asked))
    assert turn.hook.rests_until == turn.hook.queue[0].due == asked
    assert turn.hook.queue[0].attempts == 0
    endless = after(HOOK, ONE, Reply(503, "http-503", again=NOON + timedelta(days=400)))
    assert endless.hook.rests_until == NOON + AGAIN_LONGEST


@pytest.mark.parametrize("asked", [timedelta(0), timedelta(days=-9), timedelta(seconds=5)])
def test_who_asks_for_less_than_our_own_wait_is_told_no_more_often_than_others(asked):
    turn = after(HOOK, ONE, Reply(503, "http-503", again=NOON + asked))
    assert turn.hook.queue[0] == after(HOOK, ONE, Reply(503, "http-503")).hook.queue[0]
    assert turn.hook.rests_until == NOON + max(asked, timedelta(seconds=1))


def test_a_hook_that_takes_nothing_for_days_is_suspended_with_an_alert():
    began = replace(HOOK, failing_since=NOON - timedelta(days=2), failures=9)
    turn = after(began, ONE, REFUSED)
    assert turn.hook.state is HookState.SUSPENDED
    assert (turn.alert.about, turn.alert.was, turn.alert.health) == ("hook", "active", "suspended")
    assert turn.alert.outcome == "http-500"
    assert turn.hook.queue[1] == TWO


def test_an_outage_of_three_days_uses_up_no_delivery():
    patience = Patience(failing=timedelta(days=4))
    queue = tuple(Delivery(ChangeId(f"{n}-0"), NOON) for n in range(QUEUE_MOST))
    hook, now = replace(HOOK, queue=queue), NOON
    while now < NOON + timedelta(days=3):
        if found := next_delivery(hook, now):
            hook = settled(hook, found, REFUSED, now=now, jitter=0.5, patience=patience).hook
        now = hook.rests_until
    assert (hook.dead, len(hook.queue)) == (0, QUEUE_MOST)


def test_a_receiver_that_is_gone_is_told_no_more():
    turn = after(HOOK, ONE, Reply(410, "http-410"))
    assert turn.hook.state is HookState.GONE
    assert turn.alert.health == "gone"
    assert next_delivery(turn.hook, NOON + timedelta(days=9)) is None
    assert not has_work(turn.hook, ChangeId("9-0"), NOON + timedelta(days=9))


def test_resuming_makes_everything_due_and_begins_a_new_series():
    stopped = after(replace(HOOK, failing_since=NOON - timedelta(days=3)), ONE, REFUSED).hook
    hook = resumed(stopped, now=NOON).hook
    assert hook.state is HookState.ACTIVE
    assert hook.failing_since is None
    assert next_delivery(hook, NOON).change == "1-0"


def test_a_paused_hook_has_no_work_and_keeps_its_queue():
    hook = paused(HOOK).hook
    assert not has_work(hook, ChangeId("9-0"), NOON)
    assert hook.queue == HOOK.queue


def test_a_hook_is_leased_to_one_worker_until_the_lease_ends():
    hook = claimed(HOOK, worker="w", now=NOON, lease=MINUTE).hook
    assert not has_work(hook, ChangeId("9-0"), NOON)
    assert claimed(hook, worker="v", now=NOON, lease=MINUTE) is None
    assert claimed(hook, worker="v", now=NOON + MINUTE, lease=MINUTE).hook.worker == "v"
    assert released(hook, worker="v") is None
    assert released(hook, worker="w").hook.worker == ""


def test_an_attempt_extends_the_lease_it_was_made_under():
    hook = claimed(HOOK, worker="w", now=NOON, lease=MINUTE).hook
    assert after(hook, ONE, TAKEN, NOON + MINUTE / 2).hook.leased_until == NOON + 1.5 * MINUTE


def test_two_readers_of_the_same_changes_queue_them_once():
    first = taken(HOOK, ["3-0"], start=HOOK.position, position="4-0", now=NOON).hook
    assert (first.position, first.queue[-1].change) == ("4-0", "3-0")
    assert taken(first, ["3-0"], start=HOOK.position, position="4-0", now=NOON) is None
    assert overslept(first, start=HOOK.position, trimmed="5-0", now=NOON) is None


def test_a_full_queue_reads_nothing_ahead():
    full = tuple(Delivery(ChangeId(f"{n}-0"), NOON + MINUTE) for n in range(QUEUE_MOST))
    assert not has_work(replace(HOOK, queue=full), ChangeId("9-9"), NOON)


def test_dead_letters_come_back_without_attempts():
    letter = Letter(ChangeId("1-0"), None, 15, "http-500", NOON)
    hook = revived(replace(HOOK, queue=()), [letter], now=NOON).hook
    assert hook.queue == (Delivery(ChangeId("1-0"), NOON, reason="http-500"),)


def test_an_exchanged_secret_signs_beside_the_new_one_for_a_while():
    hook = exchanged(HOOK, secret="whsec_new", now=NOON, overlap=MINUTE).hook
    assert hook.secrets(NOON + MINUTE / 2) == ("whsec_new", "whsec_s3cret")
    assert hook.secrets(NOON + MINUTE) == ("whsec_new",)
    assert (hook.position, hook.queue) == (HOOK.position, HOOK.queue)
    assert "whsec" not in repr(hook)


def test_a_secret_that_leaked_signs_no_more():
    hook = exchanged(HOOK, secret="whsec_new", now=NOON, overlap=MINUTE).hook
    hook = exchanged(hook, secret="whsec_newer", now=NOON, overlap=timedelta(0)).hook
    assert hook.secrets(NOON) == ("whsec_newer",)
    assert hook.former == ""


def test_neither_secret_nor_path_of_a_hook_is_ever_shown():
    assert "s3cret" not in repr(HOOK)
    assert "secret-path" not in repr(HOOK) + HOOK.address
    assert HOOK.address == "https://r.example/…"
