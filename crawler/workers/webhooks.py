"""The worker that tells hooks of changes: each at its own pace, at least once.

Source: docs/decisions/0175-webhooks.md
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import msgspec

from crawler.catalog.facets import fits
from crawler.contract import ChangePayload, StoryPayload, is_before, is_change_id, read_story
from crawler.directory import Directory
from crawler.errors import StoreError
from crawler.hook import Delivery, Hook, HookId, Reply
from crawler.model import (
    ArticleId,
    ChangeId,
    ChangeKind,
    OutletId,
    Redistribution,
    StoryId,
    TopicId,
    WorkerId,
)
from crawler.ports import Clock, Event, Hooks, Published, Step, Stories
from crawler.render.excerpt import excerpt
from crawler.render.webhook import Message, change_message, gap_message
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
from crawler.store.records import instant
from crawler.workers.loop import forever, named_in
from crawler.workers.together import Together

LOOK = timedelta(seconds=1)  # between two looks for hooks that are new, rested, or left by another
GATHER_SECONDS = 0.05  # changes that come together are looked at together
READ_MOST = 200  # changes looked at in one step
READ_TOGETHER = 16  # such steps held for other hooks that are as far
SUFFIX = ":hooks"  # a process' name as it leases hooks

Facets = Callable[[StoryPayload], Sequence[str]]
Listings = Mapping[StoryId, Sequence[str]]
Post = Callable[[Hook, Message], Awaitable[Reply]]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Changes that hooks which are as far come to next, with what their stories are listed under.

    That is read once for all of them, and only if one asks for facets.
    """

    events: Sequence[Event]
    trimmed: ChangeId  # as it was once they were read: what went in that moment is missed too
    listed: Together[TopicId, Listings]


class Messages:
    """What is told of a change: read when it is told, so that what was forgotten is not.

    Args:
        facets: Under which names a story is listed, such as `language:uk`.
    """

    def __init__(
        self, published: Published, stories: Stories, directory: Directory, facets: Facets
    ) -> None:
        self._published = published
        self._stories = stories
        self._directory = directory
        self._facets = facets
        self._ahead = Together(self._read_ahead, READ_TOGETHER)

    async def ahead(self, hook: Hook) -> Ahead:
        """Return the changes that a hook comes to next."""
        return await self._ahead((hook.topic, hook.position))

    async def wanted(self, hook: Hook, ahead: Ahead) -> list[ChangeId]:
        """Return those of these changes that a hook asked for, as far as can be told.

        That something was forgotten on request is told to all, since they may hold it. A story
        that is gone has no facets any more: then the hook is told rather than not.
        """
        kinds = frozenset({*(hook.events or ChangeKind), ChangeKind.FORGOTTEN})
        chosen = [event for event in ahead.events if event.kind in kinds]
        if not hook.filters or not chosen:
            return [event.id for event in chosen]
        listed = await ahead.listed(hook.topic)
        return [event.id for event in chosen if _fits(hook, event, listed)]

    def read_anew(self) -> None:
        """Let go of what was read for many hooks at once."""
        self._ahead.let_go()

    async def message(self, hook: Hook, delivery: Delivery) -> Message | None:
        """Return what to tell; None when the change is not kept any more."""
        name = message_name(hook.id, delivery.change)
        if delivery.after:
            at = instant(delivery.change.partition("-")[0])
            return gap_message(f"{name}-gap", at, delivery.after, delivery.change)
        events = await self._published.events(hook.topic, [delivery.change])
        return await self._change(hook.topic, name, events[0]) if events else None

    async def _change(self, topic: TopicId, name: str, event: Event) -> Message:
        payloads = await self._published.payloads(topic, named_in(event))
        raw, *others = (payloads.get(story) for story in named_in(event))
        standing = [story for story in map(_standing, (raw, *others)) if story]
        at = msgspec.json.decode(event.payload, type=ChangePayload).at
        own = _standing(raw)
        return change_message(
            name, event.kind, at, event.payload, story=raw, other=next(iter(others), None),
            excerpt=await self._excerpt(topic, own) if own else "",
            state_controlled=await self._controlled(standing),
        )  # fmt: skip

    async def _excerpt(self, topic: TopicId, story: StoryPayload) -> str:
        outlet = await self._directory.outlet(OutletId(story.canonical.outlet))
        if outlet and outlet.redistribute is Redistribution.LINK:
            return ""
        return excerpt(await self._stories.text(topic, ArticleId(story.canonical.id)) or "")

    async def _controlled(self, stories: Iterable[StoryPayload]) -> list[str]:
        names = dict.fromkeys(name for story in stories for name in story.outlets)
        found = [await self._directory.outlet(OutletId(name)) for name in names]
        return [outlet.id for outlet in found if outlet and outlet.state_controlled]

    async def _read_ahead(self, start: tuple[TopicId, ChangeId]) -> Ahead:
        topic, position = start
        events = await self._published.changes(topic, position, READ_MOST)
        trimmed = (await self._published.window(topic)).trimmed
        named = dict.fromkeys(story for event in events for story in named_in(event))
        return Ahead(events, trimmed, Together(partial(self._read_listings, list(named)), 1))

    async def _read_listings(self, stories: Sequence[StoryId], topic: TopicId) -> Listings:
        """Return under which names those of these stories are listed that stand."""
        payloads = await self._published.payloads(topic, stories)
        read = ((id_, _standing(payload)) for id_, payload in payloads.items())
        return {id_: self._facets(story) for id_, story in read if story}


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


def _fits(hook: Hook, event: Event, listed: Listings) -> bool:
    own, *others = (listed.get(story) for story in named_in(event))
    if own is None or event.kind == ChangeKind.FORGOTTEN:
        return True
    return any(fits(hook.filters, facets) for facets in (own, *others) if facets is not None)


def worker_behind(name: str) -> WorkerId:
    """Return the process that leases hooks under this name."""
    return WorkerId(name.removesuffix(SUFFIX))


def message_name(hook: HookId, change: ChangeId) -> str:
    """Return the id of what a hook is told of a change, the same at every attempt."""
    return f"{hook}-{change}"


def _standing(raw: bytes | None) -> StoryPayload | None:
    story = read_story(raw) if raw is not None else None
    return story if isinstance(story, StoryPayload) else None
