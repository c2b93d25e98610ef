"""One body for both memories of hooks: nothing that was recorded is overwritten unread."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.hook import Attempt, Delivery, Hook, HookId, Letter, Outcome, Turn
from crawler.model import Alert, ChangeId, FeedId, OutletId, TopicId
from crawler.store import keys
from crawler.store.hooks import ATTEMPTS_KEPT, MemoryHooks, RedisHooks

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MONTH = timedelta(days=30)
HOOK = Hook(
    HookId("a"), "https://r.example/", "whsec_x", TopicId("t"), NOON, ChangeId("5-0"),
    events=("joined",), filters=("language:uk",),
    queue=(Delivery(ChangeId("5-0"), NOON, 2, "http-500", ChangeId("1-0")),),
)  # fmt: skip
LETTER = Letter(ChangeId("4-0"), None, 15, "http-500", NOON)


@pytest.fixture(params=["memory", "redis"])
def hooks(request, clock):
    if request.param == "memory":
        return MemoryHooks(clock, MONTH)
    return RedisHooks(request.getfixturevalue("server"), clock, MONTH)


def counting(hook):
    return Turn(replace(hook, delivered=hook.delivered + 1))


async def test_a_hook_is_kept_whole_until_it_is_removed(hooks):
    other = replace(HOOK, id=HookId("b"), created=NOON - timedelta(days=1))
    await hooks.add(HOOK)
    await hooks.add(other)
    assert await hooks.all() == [other, HOOK]
    assert await hooks.find(HOOK.id) == HOOK
    assert await hooks.remove(HOOK.id)
    assert not await hooks.remove(HOOK.id)
    assert await hooks.find(HOOK.id) is None


async def test_changes_at_the_same_moment_all_count(hooks):
    await hooks.add(HOOK)
    await asyncio.gather(*(hooks.change(HOOK.id, counting) for _ in range(30)))
    assert (await hooks.find(HOOK.id)).delivered == 30


async def test_a_step_that_wants_nothing_or_comes_too_late_records_nothing(hooks):
    await hooks.add(HOOK)
    assert await hooks.change(HOOK.id, lambda hook: None) is None
    assert await hooks.find(HOOK.id) == HOOK
    assert await hooks.change(HookId("gone"), counting) is None
    assert await hooks.find(HookId("gone")) is None


async def test_attempts_are_kept_newest_first_and_not_for_ever(hooks):
    await hooks.add(HOOK)
    for number in range(ATTEMPTS_KEPT + 5):
        attempt = Attempt(ChangeId(f"{number}-0"), NOON, Outcome.FAILED, "dns", 0, number)
        await hooks.change(HOOK.id, lambda hook, attempt=attempt: Turn(hook, attempt))
    kept = await hooks.attempts(HOOK.id, 9_999)
    assert len(kept) == ATTEMPTS_KEPT
    assert kept[0].milliseconds == ATTEMPTS_KEPT + 4
    assert len(await hooks.attempts(HOOK.id, 3)) == 3


async def test_dead_letters_stay_until_they_are_old_or_revived(hooks, clock):
    await hooks.add(HOOK)
    newer = replace(LETTER, change=ChangeId("6-0"), died=NOON + timedelta(days=2))
    for letter in (LETTER, newer):
        await hooks.change(HOOK.id, lambda hook, letter=letter: Turn(hook, letter=letter))
    assert await hooks.letters(HOOK.id) == [LETTER, newer]
    assert await hooks.revive(HOOK.id, [LETTER], counting)
    assert await hooks.letters(HOOK.id) == [newer]
    assert (await hooks.find(HOOK.id)).delivered == 1
    clock.advance(timedelta(days=33))
    assert await hooks.letters(HOOK.id) == []


async def test_nothing_of_a_removed_hook_is_left(hooks):
    await hooks.add(HOOK)
    turn = Turn(HOOK, Attempt(ChangeId("1-0"), NOON, Outcome.DEAD), LETTER)
    await hooks.change(HOOK.id, lambda hook: turn)
    await hooks.remove(HOOK.id)
    assert await hooks.attempts(HOOK.id, 9) == []
    assert await hooks.letters(HOOK.id) == []
    assert not await hooks.revive(HOOK.id, [LETTER], counting)


async def test_an_alert_about_a_hook_stands_among_those_about_feeds(server, clock):
    hooks = RedisHooks(server, clock, MONTH)
    await hooks.add(HOOK)
    alert = Alert(FeedId("a"), OutletId(""), "https://r.example/", "active", "suspended",
                  "http-500", NOON, about="hook")  # fmt: skip
    await hooks.change(HOOK.id, lambda hook: Turn(hook, alert=alert))
    ((_, fields),) = await server.xrange(keys.alerts())
    assert b'"about":"hook"' in fields[b"alert"]


async def test_every_key_of_a_hook_expires_or_is_removed_with_it(server, clock):
    hooks = RedisHooks(server, clock, MONTH)
    await hooks.add(HOOK)
    turn = Turn(HOOK, Attempt(ChangeId("1-0"), NOON, Outcome.DEAD), LETTER)
    await hooks.change(HOOK.id, lambda hook: turn)
    for family in ("attempts", "letters"):
        assert (
            0
            < await server.pttl(keys.hooks()[family] + HOOK.id)
            <= MONTH / timedelta(milliseconds=1)
        )
    await hooks.remove(HOOK.id)
    assert await server.keys("*") == []
