"""Laws of both stores under any course of events: nothing dangles, twice is once, twins agree."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from articles import NOON, RECIPE, an_article, decide, words_of
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger import dangling
from redis.asyncio import Redis
from stores import TOPIC, WINDOWS, in_redis

from crawler.dedup.departure import depart
from crawler.dedup.placement import decide as really_decide
from crawler.model import Article, Relation
from crawler.store.clock import SimulatedClock
from crawler.store.memory.stories import MemoryStories

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


async def follow(
    stories: Any, clock: SimulatedClock, course: list[Step], check: Callable, decide: Any = decide
) -> Any:
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


@settings(max_examples=60)
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


@settings(max_examples=60)
@given(STEADY_COURSES)
def test_twins_agree(server_socket, course):
    async def work(client: Redis, stories: Any, clock: SimulatedClock) -> Any:
        return await follow(stories, clock, course, nothing_more)

    clock = SimulatedClock(NOON)
    twin = MemoryStories(clock, RECIPE, **WINDOWS)
    assert asyncio.run(follow(twin, clock, course, nothing_more)) == on_the_server(
        server_socket, work
    )


@settings(max_examples=40)
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


# --- with the decision of the crawl ----------------------------------------------------------


@settings(max_examples=60)
@given(st.lists(PLACES, min_size=4, max_size=30))
def test_a_revised_text_stands_as_if_it_had_come_so(server_socket, course):
    last = dict(what for _, what in course)

    async def groups(stories: Any, clock: SimulatedClock, steps: list[Any]) -> set[frozenset[str]]:
        for at, halves in steps:
            one = replace(article_of(at, halves, clock), published=NOON)
            await stories.place(TOPIC, one, really_decide)
            clock.advance(timedelta(minutes=1))
        newest = await stories.newest(TOPIC, 100)
        return {frozenset(story.articles) for story in newest}

    async def work(client: Redis, stories: Any, clock: SimulatedClock) -> Any:
        found = await groups(stories, clock, [what for _, what in course])
        assert await dangling(client, TOPIC, RECIPE.id) == []
        return found

    clock = SimulatedClock(NOON)
    twin = MemoryStories(clock, RECIPE, **WINDOWS)
    at_once = asyncio.run(groups(twin, clock, list(last.items())))
    assert on_the_server(server_socket, work) == at_once


async def nobody_apart(stories: Any, *_: Any) -> None:
    """No story holds two articles of which one is a round-up with the other, or its template."""
    for story in await stories.newest(TOPIC, 100):
        ids = {*story.articles}
        for one in ids:
            ties = [tie for tie in await stories.ties(TOPIC, one) if {tie.one, tie.other} <= ids]
            assert not {tie.relation for tie in ties} & {Relation.DIGEST, Relation.TEMPLATE}


@settings(max_examples=60)
@given(st.permutations(range(12)), st.sets(st.integers(0, 11)))
def test_what_is_forgotten_leaves_what_would_be_there_without_it(server_socket, order, gone):
    clock = SimulatedClock(NOON)
    articles = [article_of(at, HALVES[at % 4], clock) for at in order]
    left = [one for at, one in zip(order, articles, strict=True) if at not in gone]

    async def groups(stories: Any, articles: list[Article], rest: list[Article]) -> set[Any]:
        for one in articles:
            await stories.place(TOPIC, one, really_decide)
        for one in articles:
            if one not in rest:
                assert await stories.forget(TOPIC, one.id, depart)
        newest = await stories.newest(TOPIC, 100)
        return {frozenset(story.articles) for story in newest}

    async def work(client: Redis, stories: Any, _: SimulatedClock) -> Any:
        found = await groups(stories, articles, left)
        assert await dangling(client, TOPIC, RECIPE.id) == []
        return found

    twin = MemoryStories(clock, RECIPE, **WINDOWS)
    assert on_the_server(server_socket, work) == asyncio.run(groups(twin, left, left))


@settings(max_examples=60)
@given(STEADY_COURSES)
def test_twins_agree_on_what_the_crawl_decides(server_socket, course):
    async def work(client: Redis, stories: Any, clock: SimulatedClock) -> Any:
        found = await follow(stories, clock, course, nobody_apart, really_decide)
        assert await dangling(client, TOPIC, RECIPE.id) == []
        return found

    clock = SimulatedClock(NOON)
    twin = MemoryStories(clock, RECIPE, **WINDOWS)
    here = asyncio.run(follow(twin, clock, course, nobody_apart, really_decide))
    assert here == on_the_server(server_socket, work)


@settings(max_examples=30)
@given(st.permutations(range(14)), st.permutations(range(14)))
def test_neither_twin_depends_on_the_order_where_there_are_digests(server_socket, one, other):
    def course(order: list[int]) -> list[Step]:
        return [("place", (at, HALVES[at % len(HALVES)])) for at in order]

    async def groups(stories: Any, clock: SimulatedClock, order: list[int]) -> set[frozenset[str]]:
        _, newest, *_ = await follow(stories, clock, course(order), nothing_more, really_decide)
        return {frozenset(story.articles) for story in newest}

    async def work(_: Redis, stories: Any, clock: SimulatedClock) -> Any:
        return await groups(stories, clock, one)

    clock = SimulatedClock(NOON)
    twin = MemoryStories(clock, RECIPE, **WINDOWS)
    assert on_the_server(server_socket, work) == asyncio.run(groups(twin, clock, other))


@settings(max_examples=30)
@given(COURSES)
def test_the_same_arrivals_give_the_same_stories_ids_and_events(server_socket, course):
    async def work(client: Redis, stories: Any, clock: SimulatedClock) -> Any:
        found = await follow(stories, clock, course, nothing_more, really_decide)
        names = [name async for name in client.scan_iter(match="kordon:v1:*:story:*")]
        rows = await client.xrange(f"kordon:v1:{{{TOPIC}}}:changes")
        payloads = sorted([(name, await client.get(name)) for name in names])
        return found, payloads, [fields for _, fields in rows]

    first = on_the_server(server_socket, work)
    assert on_the_server(server_socket, work) == first


@settings(max_examples=40)
@given(COURSES)
def test_an_id_always_leads_to_something_it_led_to_before(server_socket, course):
    held: dict[str, set[str]] = {}

    async def same_meaning(stories: Any, clock: SimulatedClock, kind: str, what: Any) -> None:
        for id_, before in list(held.items()):
            story = await stories.story(TOPIC, id_)
            members = {*story.articles} if story else set()
            if kind == "wait" and story is None:
                del held[id_]
                continue
            assert members & before
            held[id_] = members
        for story in await stories.newest(TOPIC, 100):
            held.setdefault(story.id, {*story.articles})

    async def work(_: Redis, stories: Any, clock: SimulatedClock) -> None:
        held.clear()
        await follow(stories, clock, course, same_meaning, really_decide)

    on_the_server(server_socket, work)
