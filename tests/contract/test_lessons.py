"""One body for both: what is learned of an outlet's boilerplate is learned together."""

from datetime import timedelta
from typing import Any

import pytest
from articles import NOON, RECIPE, an_article, words_of
from stores import TOPIC, WINDOWS

from crawler.model import Article, OutletId
from crawler.placing import Place
from crawler.ports import Lesson
from crawler.store.clock import SimulatedClock
from crawler.store.lessons import MemoryLessons, RedisLessons
from crawler.store.memory.stories import MemoryStories

OUTLET = OutletId("one")
FOOTER = words_of("footer", 60)


@pytest.fixture(params=["memory", "redis"])
def lessons(request: Any) -> Any:
    if request.param == "memory":
        return MemoryLessons()
    return RedisLessons(request.getfixturevalue("server"), RECIPE.id, timedelta(days=90))


def with_footer(n: int) -> Article:
    return an_article([*words_of(n, 60), *FOOTER], url=f"https://one.example/{n}")


async def test_nothing_is_known_of_a_new_outlet(lessons):
    assert await lessons.recall(TOPIC, OUTLET) == Lesson()


async def test_a_lesson_is_replaced_only_by_one_that_knew_it(lessons):
    assert await lessons.keep(TOPIC, OUTLET, Lesson(0, b"first"))
    assert await lessons.recall(TOPIC, OUTLET) == Lesson(1, b"first")
    assert not await lessons.keep(TOPIC, OUTLET, Lesson(0, b"late"))
    assert await lessons.keep(TOPIC, OUTLET, Lesson(1, b"second"))
    assert await lessons.recall(TOPIC, OUTLET) == Lesson(2, b"second")
    assert await lessons.recall(TOPIC, OutletId("other")) == Lesson()


async def test_a_new_process_knows_what_another_learned(lessons):
    stories = MemoryStories(SimulatedClock(NOON), RECIPE, **WINDOWS)
    first = Place(stories, lessons=lessons)
    for n in range(8):
        await first(TOPIC, with_footer(n))
    second, one, other = Place(stories, lessons=lessons), with_footer(20), with_footer(21)
    placed = [await second(TOPIC, article) for article in (one, other)]
    assert placed[0].story != placed[1].story
    assert not any(tie.other == one.id for tie in placed[1].ties)


async def test_two_that_learn_at_once_lose_nothing_of_each_other(lessons):
    stories = MemoryStories(SimulatedClock(NOON), RECIPE, **WINDOWS)
    first, second = Place(stories, lessons=lessons), Place(stories, lessons=lessons)
    for n in range(16):
        await (first if n % 2 else second)(TOPIC, with_footer(n))
    assert (await lessons.recall(TOPIC, OUTLET)).version == 2


async def test_a_lesson_goes_when_the_outlet_falls_silent(server):
    lessons = RedisLessons(server, RECIPE.id, timedelta(days=90))
    await lessons.keep(TOPIC, OUTLET, Lesson(0, b"first"))
    (key,) = [name async for name in server.scan_iter(match="*boilerplate*")]
    assert 89 < await server.pttl(key) / 86_400_000 <= 90
