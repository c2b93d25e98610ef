"""The worker that lets go of what is older than its retention."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from crawler.model import TopicId
from crawler.ports import Stories
from crawler.workers.loop import forever
from crawler.workers.text_terms import TextTerms

EVERY = timedelta(hours=1)

log = logging.getLogger(__name__)


async def retain(
    stories: Stories,
    topics: Sequence[TopicId],
    every: timedelta = EVERY,
    *,
    terms: TextTerms | None = None,
    passed: asyncio.Event | None = None,
) -> None:
    """Let go of old stories, index segments, changes and texts, again and again, until cancelled.

    Any number of processes may do so at once: what one let go of, another does not find. `passed`
    is set after each time.
    """

    async def once() -> None:
        for topic in topics:
            if released := await stories.expire(topic):
                log.info("%s: let go of %d articles", topic, released)
        if terms and (texts := await terms.sweep()):
            log.info("let go of %d texts whose terms are over", texts)
        if passed:
            passed.set()
        await asyncio.sleep(every.total_seconds())

    await forever(once, "retention")
