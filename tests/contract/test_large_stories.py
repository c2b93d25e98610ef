"""One body for both stores: stories too large to be shown to a decision whole."""

from typing import Any

import pytest
from ledger import dangling
from newsroom import NOON, RECIPE, copies, decide
from test_stories import TOPIC, WINDOWS, in_redis

from crawler.contract import read_story
from crawler.model import Article
from crawler.store.clock import SimulatedClock
from crawler.store.memory_published import MemoryPublished
from crawler.store.memory_stories import MemoryStories
from crawler.store.nomination import LOADED
from crawler.store.published import RedisPublished


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(NOON)


@pytest.fixture(params=["memory", "redis"])
def stories(request: Any, clock: SimulatedClock) -> Any:
    if request.param == "memory":
        return MemoryStories(clock, RECIPE, **WINDOWS)
    return in_redis(request.getfixturevalue("server"), clock)


@pytest.fixture
def published(request: Any, stories: Any) -> Any:
    if isinstance(stories, MemoryStories):
        return MemoryPublished(stories)
    return RedisPublished(request.getfixturevalue("server"))


async def place(stories: Any, articles: list[Article]) -> str:
    """Place copies; return the story that they are."""
    placed = [await stories.place(TOPIC, one, decide) for one in articles]
    (story,) = {one.story for one in placed}
    return story


async def test_every_outlet_of_a_large_story_is_told_and_found(stories, published, request):
    articles = copies(LOADED + 10)
    story = await place(stories, articles)
    payload = read_story((await published.payloads(TOPIC, [story]))[story])
    assert payload.size == len(articles)
    assert set(payload.outlets) == {one.outlet for one in articles}
    for one in articles:
        assert await stories.of_outlet(TOPIC, one.outlet) == [one.id]

    if not isinstance(stories, MemoryStories):
        assert await dangling(request.getfixturevalue("server"), TOPIC, RECIPE.id) == []
