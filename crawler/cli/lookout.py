"""A look at the schedule now and then: a crawl that lost it would wait for ever."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from crawler.app import App
from crawler.errors import StoreError
from crawler.shift import Shift
from crawler.workers.loop import beside

LOOK_SECONDS = 30.0

Wait = Callable[[], Awaitable[object]]


async def _pause() -> None:
    await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def looked_after(app: App, shift: Shift, wait: Wait = _pause) -> AsyncIterator[None]:
    """End the shift, as failed, when the feeds it began with are gone; while the block lasts.

    No mark in the store tells: whoever opens an emptied one, `kordon serve` say, marks it anew.
    """
    async with beside(_look(app, shift, wait), "lookout"):
        yield


async def _look(app: App, shift: Shift, wait: Wait) -> None:
    if not await _has_feeds(app):
        return
    while await _has_feeds(app):
        await wait()
    shift.fail(
        StoreError(
            "Redis holds no feed any more, so schedule and stories are lost (a restart without "
            "persistence?); run this again to begin anew, and give it an append-only file"
        )
    )


async def _has_feeds(app: App) -> bool:
    try:
        working = (await app.frontier.census()).next_turn is not None
        return working or bool(await app.frontier.feeds())  # all may be paused
    except StoreError:
        return True  # it is away; whoever works is told
