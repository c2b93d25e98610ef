"""What the tests of both stores of stories share: a topic, its windows, and either store."""

from datetime import timedelta
from typing import Any

from articles import RECIPE
from redis.asyncio import Redis

from crawler.dedup.placement import decide
from crawler.model import Article, TopicId
from crawler.store.clock import SimulatedClock
from crawler.store.memory.stories import MemoryStories
from crawler.store.stories import RedisStories

TOPIC = TopicId("ukraine-border")
WINDOWS = {"candidate_window": timedelta(days=14), "story_window": timedelta(days=90)}
BY = "olena", "asked by the desk"  # who rules, and why


def in_memory(clock: SimulatedClock, **options: Any) -> MemoryStories:
    return MemoryStories(clock, RECIPE, **WINDOWS, **options)


def in_redis(
    client: Redis,
    clock: SimulatedClock,
    *,
    kind: type[RedisStories] = RedisStories,
    **options: Any,
) -> RedisStories:
    bounds = {"changes_window": timedelta(days=14), "changes_max_length": 1_000} | options
    return kind(client, clock, RECIPE, **WINDOWS, **bounds)


async def place(stories: Any, *articles: Article) -> list[str]:
    """Place articles by the real decision; return the stories they are in afterwards."""
    for article in articles:
        await stories.place(TOPIC, article, decide)
    return await homes(stories, *articles)


async def homes(stories: Any, *articles: Article) -> list[str]:
    facts = await stories.articles(TOPIC, [article.id for article in articles])
    return [facts[article.id].story for article in articles]
