"""What happened to a story: its changes."""

import asyncio
from collections.abc import Sequence

import msgspec

from crawler.contract import ChangePayload
from crawler.model import ChangeId, StoryId, TopicId
from crawler.ports import Event
from crawler.serve.service import Service

LOGGED = 60  # changes shown, the newest
AHEAD_MOST = 1_000  # changes looked at that the index has not reached yet


async def log_of(service: Service, topic: TopicId, story: StoryId) -> list[ChangePayload]:
    """Return the story's changes, the newest first.

    The index knows which those are; it follows the changes a moment behind them, so the ones it
    has not reached are read from the changes themselves.
    """
    index = service.indexes[topic]
    position = await asyncio.to_thread(lambda: index.position)
    ids = await asyncio.to_thread(index.log, story)
    indexed = await service.published.events(topic, ids[-LOGGED:])
    ahead = await _ahead(service, topic, position, story)
    events = {event.id: event.payload for event in (*indexed, *ahead)}
    read = [msgspec.json.decode(payload, type=ChangePayload) for payload in events.values()]
    return read[: -LOGGED - 1 : -1]


async def _ahead(
    service: Service, topic: TopicId, position: ChangeId | None, story: StoryId
) -> Sequence[Event]:
    if position is None:
        return ()
    events = await service.published.changes(topic, position, AHEAD_MOST)
    return [event for event in events if event.story == story]
