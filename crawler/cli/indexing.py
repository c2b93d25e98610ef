"""Keeping the search indexes up to date, beside whatever a command does."""

import asyncio
import fcntl
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

from crawler.app import App
from crawler.catalog.facets import facets_of
from crawler.cli.retaining import retaining, terms_of
from crawler.model import TopicId
from crawler.store.search.index import SearchIndex
from crawler.text.lemmas import VERSION as TERMS_VERSION
from crawler.text.lemmas import load
from crawler.workers.loop import beside, follow
from crawler.workers.search import SearchWorker

LOCK_SECONDS = 5.0  # between two looks whether another process still indexes


@asynccontextmanager
async def indexed(wired: App) -> AsyncIterator[dict[TopicId, SearchIndex]]:
    """Yield the search index of every active topic, each followed while the block lasts.

    What is older than its retention is let go of meanwhile.
    """
    folder = wired.config.home / "search"
    loading = asyncio.create_task(_loaded(), name="dictionaries")
    terms = terms_of(wired)
    async with AsyncExitStack() as ends:
        indexes: dict[TopicId, SearchIndex] = {}
        for topic in wired.config.topics:
            index = SearchIndex(folder / f"{topic}.sqlite", version=TERMS_VERSION)
            ends.callback(index.close)
            indexes[topic] = index
            worker = SearchWorker(
                topic, wired.published, wired.stories, index, facets_of,
                kept_until=terms.end, mark=partial(terms.mark, wired.texts), now=wired.clock.now,
            )  # fmt: skip
            keeping = _kept(worker, wired, folder / f"{topic}.lock")
            await ends.enter_async_context(beside(keeping, f"search {topic}"))
        await ends.enter_async_context(retaining(wired, terms))
        yield indexes
        await loading


async def _loaded() -> None:
    """Load the dictionaries, and have the garbage collector look at nothing loaded so far again.

    A look at all of it held up every answer for 180 ms, twice a minute.
    """
    await asyncio.to_thread(load)
    gc.freeze()


async def _kept(worker: SearchWorker, wired: App, lock: Path) -> None:
    """Follow the changes, once no other process of this home does."""
    while True:
        with _alone(lock) as alone:
            if alone:
                await follow(worker, wired.published)
        await asyncio.sleep(LOCK_SECONDS)


@contextmanager
def _alone(lock: Path) -> Iterator[bool]:
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
