"""The worker that tells hooks of changes: each at its own pace, at least once.

Source: docs/decisions/0175-webhooks.md
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial

from crawler.contract import is_before, is_change_id
from crawler.errors import StoreError
from crawler.hook import Delivery, Hook, HookId, Reply
from crawler.model import (
    ChangeId,
    TopicId,
    WorkerId,
)
from crawler.ports import Clock, Hooks, Published, Step
from crawler.render.webhook import Message
from crawler.schedule.delivery import (
    Patience,
    claimed,
    dropped,
    has_work,
    lost,
    next_delivery,
    overslept,
    reads_on,
    released,
    room,
    settled,
    stranded,
    taken,
)
from crawler.workers.loop import forever
from crawler.workers.messages import Messages

LOOK = timedelta(seconds=1)  # between two looks for hooks that are new, rested, or left by another
GATHER_SECONDS = 0.05  # changes that come together are looked at together
SUFFIX = ":hooks"  # a process' name as it leases hooks

Post = Callable[[Hook, Message], Awaitable[Reply]]

log = logging.getLogger(__name__)


class Webhooks:
    """Tells every hook what it asked for; one task for each, so that a slow one holds up no other.

    Any number of processes may do so: a hook is leased to one of them at a time. A process that
    dies leaves its lease to run out, and what it had in hand is told again.
    """

    def __init__(
        self,
        hooks: Hooks,
        published: Published,
        messages: Messages,
        post: Post,
        *,
        clock: Clock,
        worker: WorkerId,
        patience: Patience,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._hooks = hooks
        self._published = published
        self._messages = messages
        self._post = post
        self._clock = clock
        self._worker = f"{worker}{SUFFIX}"
        self._patience = patience
        self._dice = dice
        self._tasks: dict[HookId, asyncio.Task[None]] = {}

    async def keep_telling(self) -> None:
        """Tell hooks until cancelled; what is under way then is left to who comes next."""
        try:
            await forever(self._look_and_wait, "webhooks")
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def tell_all(self) -> None:
        """Tell every hook what there is for it at this instant."""
        await self._look()
        await asyncio.gather(*self._tasks.values())

    async def _look_and_wait(self) -> None:
        seen = await self._look()
        if not seen:
            await asyncio.sleep(LOOK.total_seconds())
            return
        wait = self._published.wait
        waits = [asyncio.create_task(wait(topic, last, LOOK)) for topic, last in seen.items()]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        await asyncio.sleep(GATHER_SECONDS)

    async def _look(self) -> Mapping[TopicId, ChangeId]:
        """Start a task for each hook that might be told something; return where topics stand."""
        self._messages.read_anew()
        hooks = await self._hooks.all()
        topics = {hook.topic for hook in hooks}
        last = {topic: (await self._published.window(topic)).last for topic in topics}
        self._forget_ended()
        for hook in hooks:
            if hook.id not in self._tasks and has_work(hook, last[hook.topic], self._clock.now()):
                name = f"hook {hook.id}"
                self._tasks[hook.id] = asyncio.create_task(self._attend(hook.id), name=name)
        return last

    def _forget_ended(self) -> None:
        for id_, task in list(self._tasks.items()):
            if task.done() and (error := self._tasks.pop(id_).exception()):
                log.error("hook %s cannot be told", id_, exc_info=error)

    # --- one hook ----------------------------------------------------------------------------

    async def _attend(self, id_: HookId) -> None:
        """Tell a hook what there is for it, one after the other, until it rests or has it all."""
        try:
            hook = await self._claimed(id_)
            while hook is not None and hook.worker == self._worker:
                hook = await self._step(hook)
        except StoreError as error:
            log.warning("hook %s is left for a moment: %s", id_, error)
        finally:
            with suppress(StoreError):  # then its lease runs out
                await self._hooks.change(id_, partial(released, worker=self._worker))

    async def _claimed(self, id_: HookId) -> Hook | None:
        now, lease = self._clock.now(), self._patience.lease
        claim = partial(claimed, worker=self._worker, now=now, lease=lease)
        turn = await self._hooks.change(id_, claim)
        return turn.hook if turn else None

    async def _step(self, hook: Hook) -> Hook | None:
        """Deliver what is due, or read on; None when there is neither."""
        delivery = next_delivery(hook, self._clock.now())
        return await (self._deliver(hook, delivery) if delivery else self._read(hook))

    async def _deliver(self, hook: Hook, delivery: Delivery) -> Hook | None:
        message = await self._messages.message(hook, delivery)
        if message is None:
            return await self._changed(hook.id, await self._gone(hook, delivery))
        step = partial(
            settled, delivery=delivery, reply=await self._post(hook, message),
            now=self._clock.now(), jitter=self._dice(), patience=self._patience,
        )  # fmt: skip
        return await self._changed(hook.id, step)

    async def _gone(self, hook: Hook, delivery: Delivery) -> Step:
        """Return what becomes of a change that is not kept: trimmed it is lost, else forgotten."""
        trimmed, now = (await self._published.window(hook.topic)).trimmed, self._clock.now()
        if is_before(trimmed, delivery.change):
            return partial(dropped, delivery=delivery, now=now)
        return partial(lost, delivery=delivery, trimmed=trimmed, now=now)

    async def _changed(self, id_: HookId, step: Step) -> Hook | None:
        turn = await self._hooks.change(id_, step)
        if turn and turn.alert:
            log.error("hook %s is told no more: %s", id_, turn.alert.outcome)
        return turn.hook if turn else None

    async def _read(self, hook: Hook) -> Hook | None:
        """Queue what came since; None when nothing did, or the hook takes nothing now."""
        window = await self._published.window(hook.topic)
        if not reads_on(hook, window.last, self._clock.now()):
            return None
        step = await self._onward(hook)
        return await self._changed(hook.id, step) if step else None

    async def _onward(self, hook: Hook) -> Step | None:
        now = self._clock.now()
        if not is_change_id(hook.position):
            return partial(stranded, start=hook.position, now=now)
        ahead = await self._messages.ahead(hook)
        if is_before(hook.position, ahead.trimmed):
            return partial(overslept, start=hook.position, trimmed=ahead.trimmed, now=now)
        if not ahead.events:
            return None
        wanted, most = await self._messages.wanted(hook, ahead), room(hook)
        position = ahead.events[-1].id if len(wanted) <= most else wanted[most - 1]
        return partial(taken, wanted=wanted[:most], start=hook.position, position=position, now=now)


def worker_behind(name: str) -> WorkerId:
    """Return the process that leases hooks under this name."""
    return WorkerId(name.removesuffix(SUFFIX))
