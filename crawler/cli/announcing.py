"""Telling a hub (WebSub) from a command that our feeds changed."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager

from crawler.app import App
from crawler.catalog.facets import facets_of
from crawler.catalog.feeds_out import feeds_of
from crawler.cli.delivering import LEASE_BEYOND, Sender, sending
from crawler.contract import StoryPayload
from crawler.hook import Reply
from crawler.model import ChangeId, TopicId
from crawler.schedule.announcing import TOGETHER
from crawler.store.search.index import SearchIndex
from crawler.workers.herald import Herald
from crawler.workers.loop import beside


@asynccontextmanager
async def announced(wired: App, indexes: Mapping[TopicId, SearchIndex]) -> AsyncIterator[None]:
    """Tell the operator's hub, if there is one, of changed feeds while the block lasts."""
    if not wired.config.hub_url:
        yield
        return
    async with (
        sending(wired.config, wired.clock) as sender,
        beside(herald(wired, indexes, sender).keep_telling(list(indexes)), "hub"),
    ):
        yield


def herald(wired: App, indexes: Mapping[TopicId, SearchIndex], sender: Sender) -> Herald:
    """Return the worker that tells the hub, on an application and the indexes its feeds show."""
    config = wired.config

    async def ping(feed: str) -> Reply:
        return await sender.ping(config.hub_url, f"{config.public_url}{feed}")

    async def reached(topic: TopicId) -> ChangeId | None:
        return await asyncio.to_thread(lambda: indexes[topic].position)

    return Herald(
        wired.announcements,
        wired.published,
        ping,
        reached=reached,
        feeds_of=feeds_holding,
        clock=wired.clock,
        worker=wired.worker,
        lease=2 * TOGETHER * config.hook_deadline + LEASE_BEYOND,
    )


def feeds_holding(topic: TopicId, story: StoryPayload | None) -> Iterator[str]:
    """Return the feeds that hold a story; of one that is gone, those that held any."""
    return feeds_of(topic, facets_of(story) if story else ())
