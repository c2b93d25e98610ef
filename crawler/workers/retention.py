"""The worker that lets go of what is older than its retention."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from crawler.model import TopicId
from crawler.ports import Stories
from crawler.workers.loop import forever

EVERY = timedelta(hours=1)

log = logging.getLogger(__name__)


async def retain(stories: Stories, topics: Sequence[TopicId], every: timedelta = EVERY) -> None:
    """Let go of old stories, index segments and changes, now and then again, until cancelled.

    Any number of processes may do so at once: what one let go of, another does not find.
    """

    async def once() -> None:
        for topic in topics:
            if released := await stories.expire(topic):
                log.info("%s: let go of %d articles", topic, released)
        await asyncio.sleep(every.total_seconds())

    await forever(once, "retention")
