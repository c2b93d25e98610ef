"""Laws of both stores under any course of events: nothing dangles, twice is once, twins agree."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from ledger import dangling
from newsroom import NOON, RECIPE, an_article, decide, words_of
from redis.asyncio import Redis
from test_stories import TOPIC, WINDOWS, in_redis

from crawler.model import Article
from crawler.store.clock import SimulatedClock
from crawler.store.memory_stories import MemoryStories

Step = tuple[str, Any]

# A text is one or two of a few halves, so that texts copy, link and merge; an address may come
# again with another text; waits let a story go while others that link to it stay.
HALVES = [[0], [1], [0, 1], [0, 2], [0, 3], [1, 2], [2, 3]]
PLACES = st.tuples(st.just("place"), st.tuples(st.integers(0, 12), st.sampled_from(HALVES)))
WAITS = st.tuples(st.just("wait"), st.sampled_from([6, 12, 80]))
COURSES = st.lists(st.one_of(PLACES, PLACES, WAITS), min_size=4, max_size=30)

# The same without revisions: keys of a text that was revised away go with their segment, which the
# twin does not have.
STEADY = st.tuples(
    st.just("place"), st.integers(0, 20).map(lambda at: (at, HALVES[at % len(HALVES)]))
)
STEADY_COURSES = st.lists(st.one_of(STEADY, STEADY, WAITS), min_size=4, max_size=30)


def article_of(at: int, halves: list[int], clock: SimulatedClock) -> Article:
    words = [word for half in halves for word in words_of(f"half {half}", 60)]
    return an_article(words, url=f"https://{at}.example/", outlet=f"o{at % 3}", at=clock.now())


async def follow(stories: Any, clock: SimulatedClock, course: list[Step], check: Callable) -> Any:
    """Go through a course; return all that can be read at its end, and what each step gave."""
    given = []
    for kind, what in course:
        if kind == "wait":
            clock.advance(timedelta(days=what))
            given.append(await stories.expire(TOPIC))
        else:
            given.append(await stories.place(TOPIC, article_of(*what, clock), decide))
        await check(stories, clock, kind, what)
    newest = sorted(await stories.newest(TOPIC, 100), key=lambda story: story.id)
    ids = [member.article for story in newest for member in story.members]
    ties = {id_: set(await stories.ties(TOPIC, id_)) for id_ in ids}
    facts = await stories.articles(TOPIC, ids)
    return given, newest, ties, facts, await stories.count(TOPIC)


async def nothing_more(*_: Any) -> None:
    return None


def on_the_server(socket: str, work: Callable) -> Any:
    async def run() -> Any:
        client = Redis(unix_socket_path=socket, protocol=3)
        await client.flushall()
        clock = SimulatedClock(NOON)
        try:
            return await work(client, in_redis(client, clock), clock)
        finally:
            await client.aclose()

    return asyncio.run(run())


@settings(max_examples=60, deadline=None)
@given(COURSES)
def test_nothing_dangles_whatever_happens(server_socket, course):
    async def work(client: Redis, stories: Any, clock: SimulatedClock) -> None:
        async def sound(*_: Any) -> None:
            assert await dangling(client, TOPIC, RECIPE.id) == []

        await follow(stories, clock, course, sound)
        clock.advance(timedelta(days=200))
        await stories.expire(TOPIC)
        assert await dangling(client, TOPIC, RECIPE.id) == []
        left = {key.decode().split(":", 4)[-1] for key in await client.keys("kordon:p1:*")}
        assert left <= {"arrivals", "articles", "entries"}

    on_the_server(server_socket, work)


@settings(max_examples=60, deadline=None)
@given(STEADY_COURSES)
def test_twins_agree(server_socket, course):
    async def work(client: Redis, stories: Any, clock: SimulatedClock) -> Any:
        return await follow(stories, clock, course, nothing_more)

    clock = SimulatedClock(NOON)
    twin = MemoryStories(clock, RECIPE, **WINDOWS)
    assert asyncio.run(follow(twin, clock, course, nothing_more)) == on_the_server(
        server_socket, work
    )


@settings(max_examples=40, deadline=None)
@given(COURSES)
def test_placing_twice_is_placing_once(server_socket, course):
    async def again(stories: Any, clock: SimulatedClock, kind: str, what: Any) -> None:
        if kind == "place":
            before = await stories.newest(TOPIC, 100), await stories.count(TOPIC)
            placed = await stories.place(TOPIC, article_of(*what, clock), decide)
            assert placed.changes == ()
            assert (await stories.newest(TOPIC, 100), await stories.count(TOPIC)) == before

    async def work(client: Redis, stories: Any, clock: SimulatedClock) -> None:
        await follow(stories, clock, course, again)

    on_the_server(server_socket, work)
