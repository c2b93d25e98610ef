"""How a worker follows a topic's changes from where it stopped, told when it slept too long."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Protocol

import msgspec

from crawler.contract import ChangePayload, is_before
from crawler.errors import StoreError
from crawler.model import ChangeId, ChangeKind, StoryId, TopicId
from crawler.ports import Event, Published, Window

BATCH = 200  # changes handed over at once
PATIENCE = timedelta(seconds=5)
CANCEL_AGAIN = timedelta(seconds=1)
RETRY_FIRST_SECONDS, RETRY_LONGEST_SECONDS = 1.0, 60.0

log = logging.getLogger(__name__)


class Follower(Protocol):
    """What keeps something of its own up to date with a topic."""

    topic: TopicId

    async def position(self) -> ChangeId | None:
        """Return the last change taken in; None when all is to be read anew."""
        ...

    async def read_all(self, window: Window) -> None:
        """Take in every story as it stands, then go on from `window.last`."""
        ...

    async def take(self, events: list[Event]) -> None:
        """Take in these changes and remember the last of them, as one step."""
        ...

    async def rest(self, window: Window) -> None:
        """Tidy up: for the moment there is nothing to take in."""
        ...


async def catch_up(follower: Follower, published: Published) -> ChangeId:
    """Take in all there is; return the last change taken in.

    A follower that begins, or whose next change was trimmed, reads everything anew first.
    """
    while True:
        position = await follower.position()
        events = await published.changes(follower.topic, position, BATCH) if position else ()
        window = await published.window(follower.topic)  # afterwards: what went meanwhile is missed
        if position is None or is_before(position, window.trimmed):
            log.info("%s: reading everything, from %s on", follower.topic, window.last)
            await follower.read_all(window)
            continue
        if not events:
            await follower.rest(window)
            return position
        await follower.take(list(events))


async def follow(follower: Follower, published: Published) -> None:
    """Keep the follower up to date until cancelled; an absent store is waited for."""

    async def once() -> None:
        position = await catch_up(follower, published)
        await published.wait(follower.topic, position, PATIENCE)

    await forever(once, follower.topic)


def named_in(event: Event) -> tuple[StoryId, ...]:
    """Return the stories that an event says something new of: what split off has no other event."""
    if event.kind not in {ChangeKind.SPLIT, ChangeKind.MERGED}:
        return (event.story,)
    other = msgspec.json.decode(event.payload, type=ChangePayload).other
    return (event.story, StoryId(other)) if other else (event.story,)


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Let work go on as a task while the block lasts; then end it."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        await ended(task)


async def ended(task: asyncio.Task[None], again: timedelta = CANCEL_AGAIN) -> None:
    """Cancel a task until it has ended.

    Once is not enough: a cancellation that comes at the very instant at which what is awaited is
    done may be lost, and the task goes on (Python before 3.12, `asyncio.wait_for`, which waits
    for answers of the store).
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=again.total_seconds())


async def forever(step: Callable[[], Awaitable[None]], name: str) -> None:
    """Repeat a step until cancelled, with growing waits while the store is away."""
    pause = RETRY_FIRST_SECONDS
    while True:
        try:
            await step()
            pause = RETRY_FIRST_SECONDS
        except StoreError as error:
            log.warning("%s waits %.0f s: %s", name, pause, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, RETRY_LONGEST_SECONDS)
