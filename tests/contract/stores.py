"""What the tests of both stores of stories share: a topic, its windows, and either store."""

from datetime import timedelta
from typing import Any

from articles import RECIPE
from redis.asyncio import Redis

from crawler.model import TopicId
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
