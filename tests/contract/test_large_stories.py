"""One body for both stores: stories too large to be shown to a decision whole."""

from datetime import timedelta
from typing import Any

import pytest
from ledger import dangling
from newsroom import NOON, RECIPE, an_article, copies, decide
from test_stories import TOPIC, WINDOWS, in_redis

from crawler.contract import read_story
from crawler.model import Article
from crawler.rule import Rule
from crawler.store.clock import SimulatedClock
from crawler.store.memory_published import MemoryPublished
from crawler.store.memory_stories import MemoryStories
from crawler.store.nomination import LOADED
from crawler.store.published import RedisPublished

BY = ("olena", "asked by the desk")
LARGE = LOADED + 10


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
    articles = copies(LARGE)
    story = await place(stories, articles)
    payload = read_story((await published.payloads(TOPIC, [story]))[story])
    assert payload.size == len(articles)
    assert set(payload.outlets) == {one.outlet for one in articles}
    for one in articles:
        assert await stories.of_outlet(TOPIC, one.outlet) == [one.id]

    if not isinstance(stories, MemoryStories):
        assert await dangling(request.getfixturevalue("server"), TOPIC, RECIPE.id) == []


async def sizes(stories: Any) -> list[int]:
    return sorted(len(story.members) for story in await stories.newest(TOPIC, LARGE))


async def test_a_word_on_the_shown_article_of_a_large_story_leaves_it_there(stories, clock):
    story, far = await place(stories, copies(LARGE)), await place(stories, [an_article()])
    rule, shown = Rule(stories, clock), (await stories.story(TOPIC, story)).canonical
    await rule.pin(TOPIC, shown, *BY)
    await rule.pin(TOPIC, shown, *BY, kept=False)
    await rule.never_merge(TOPIC, story, far, *BY)
    assert await sizes(stories) == [1, LARGE]
    assert (await stories.story(TOPIC, story)).canonical == shown
    clock.advance(timedelta(minutes=1))
    (merged,) = (await rule.merge(TOPIC, story, far, *BY)).stories
    assert len(merged.members) == LARGE + 1
