"""Letting go of what is older than its retention, beside whatever a command does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from crawler.app import App, every_topic
from crawler.catalog.outlets import shipped_catalogue
from crawler.directory import Directory
from crawler.workers.loop import beside
from crawler.workers.retention import retain
from crawler.workers.text_terms import Terms, TextTerms

FIRST_SECONDS = 10  # that a block waits at its end for the first time to be over


def terms_of(wired: App) -> Terms:
    """Return how long outlets let their texts be kept: as the catalogues say, else as stories."""
    directory = Directory(wired.subscriptions, shipped_catalogue().outlets)
    return Terms(directory, wired.config.story_window)


@asynccontextmanager
async def retaining(wired: App, terms: Terms | None = None) -> AsyncIterator[None]:
    """Let go of old stories, changes and texts while the block lasts: at once, then hourly.

    A block that ends well waits for the first time, so that short runs let go of something too.
    """
    topics = every_topic(wired.config)
    texts = TextTerms(
        wired.texts, wired.stories, wired.corpus, terms or terms_of(wired),
        clock=wired.clock, topics=topics,
    )  # fmt: skip
    passed = asyncio.Event()
    work = retain(wired.stories, topics, terms=texts, passed=passed)
    async with beside(work, "retention"):
        yield
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_SECONDS):
                await passed.wait()
