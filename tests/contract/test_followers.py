"""Whoever reads the story of each event holds what stands, whatever happens to stories."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from articles import NOON, an_article, words_of
from hypothesis import given, settings
from hypothesis import strategies as st
from redis.asyncio import Redis
from stores import TOPIC, in_redis
from test_stories_laws import WAITS, article_of

from crawler.dedup.departure import depart
from crawler.dedup.placement import decide
from crawler.errors import ConfigError
from crawler.rule import Rule
from crawler.store import keys
from crawler.store.clock import SimulatedClock

BY = "olena", "because"
WORDS = st.tuples(
    st.sampled_from(["forget", "split", "merge", "keep apart", "pin", "take back"]),
    st.tuples(st.integers(0, 30), st.integers(0, 30)),
)
TEXTS = st.sampled_from([[0], [1], [2], [0, 1], [0, 2], [1, 2], [3], [0, 3]])
NEWS = st.tuples(st.just("place"), st.tuples(st.integers(0, 24), TEXTS))
COURSES = st.lists(st.one_of(NEWS, NEWS, NEWS, NEWS, WORDS, WORDS, WAITS), min_size=25, max_size=50)


class Reader:
    """A copy of all stories, kept as the contract says."""

    def __init__(self, client: Redis) -> None:
        self.client = client
        self.position = "0-0"
        self.stories: dict[str, Any] = {}

    async def catch_up(self) -> None:
        events = await self.client.xrange(self._key("changes"), f"({self.position}")
        told = [json.loads(fields[b"payload"]) for _, fields in events]
        names = [(e["story"], e["version"], e["kind"], e["article_id"], e["other"]) for e in told]
        assert len(set(names)) == len(names)
        for (id_, _), event in zip(events, told, strict=True):
            both = event["kind"] in ("split", "merged")
            for story in (event["story"], event["other"]) if both else (event["story"],):
                await self._read(story)
            self.position = id_.decode()

    async def standing(self) -> dict[str, Any]:
        """Return every story that is there."""
        ids = [id_.decode() for id_ in await self.client.zrange(self._key("stories"), 0, -1)]
        return {id_: json.loads(await self.client.get(self._key(f"story:{id_}"))) for id_ in ids}

    async def _read(self, story: str) -> None:
        payload = json.loads(await self.client.get(self._key(f"story:{story}")) or b"{}")
        self.stories.pop(story, None)
        if "version" in payload:
            assert len(set(payload["linked"])) == len(payload["linked"])
            self.stories[story] = payload

    def _key(self, name: str) -> str:
        return keys.public(TOPIC, name)


async def step(stories: Any, rule: Rule, clock: SimulatedClock, kind: str, what: Any) -> None:
    if kind == "place":
        await stories.place(TOPIC, article_of(*what, clock), decide)
    elif kind == "wait":
        clock.advance(timedelta(days=what))
        await stories.expire(TOPIC)
    elif newest := await stories.newest(TOPIC, 100):
        await say(stories, rule, kind, *(newest[n % len(newest)] for n in what))


async def say(stories: Any, rule: Rule, kind: str, one: Any, other: Any) -> None:
    last = one.members[-1].article
    rulings = await stories.rulings(TOPIC)
    said: dict[str, Callable[[], Any]] = {
        "forget": lambda: stories.forget(TOPIC, last, depart),
        "split": lambda: rule.split(TOPIC, one.id, [last], *BY),
        "merge": lambda: rule.merge(TOPIC, one.id, other.id, *BY),
        "keep apart": lambda: rule.never_merge(TOPIC, one.id, other.id, *BY),
        "pin": lambda: rule.pin(TOPIC, last, *BY),
        "take back": lambda: rule.undo(TOPIC, rulings[:1], *BY),
    }
    if kind != "take back" or rulings:
        await said[kind]()


@settings(max_examples=40)
@given(COURSES)
def test_who_reads_the_story_of_each_event_holds_every_story_as_it_stands(server_socket, course):
    async def run() -> None:
        client = Redis(unix_socket_path=server_socket, protocol=3, legacy_responses=False)
        await client.flushall()
        clock = SimulatedClock(NOON)
        stories, reader = in_redis(client, clock), Reader(client)
        for kind, what in course:
            clock.advance(timedelta(minutes=1))
            with suppress(ConfigError):  # it means what is not there
                await step(stories, Rule(stories, clock), clock, kind, what)
            await reader.catch_up()
            assert reader.stories == await reader.standing()
        await client.aclose()

    asyncio.run(run())


@pytest.fixture
def clock():
    return SimulatedClock(NOON)


async def placed(stories, clock, *halves, at):
    words = [word for half in halves for word in words_of(f"half {half}", 60)]
    article = an_article(words, url=f"https://{at}.example/", outlet=f"o{at}", at=clock.now())
    return (await stories.place(TOPIC, article, decide)).story


async def test_a_story_is_told_as_amended_when_one_that_it_links_to_expires(server, clock):
    stories = in_redis(server, clock)
    old = await placed(stories, clock, 0, 1, at=1)
    clock.advance(timedelta(days=10))
    young = await placed(stories, clock, 1, 2, at=2)
    assert [one.linked for one in await stories.newest(TOPIC, 9)] == [(old,), (young,)]
    clock.advance(timedelta(days=81))
    await stories.expire(TOPIC)
    told = [
        json.loads(fields[b"payload"])
        for _, fields in await server.xrange(keys.public(TOPIC, "changes"))
    ]
    story = json.loads(await server.get(keys.public(TOPIC, f"story:{young}")))
    assert [(one["kind"], one["story"]) for one in told[-2:]] == [
        ("expired", old), ("amended", young),
    ]  # fmt: skip
    assert (told[-1]["version"], story["linked"]) == (story["version"], [])
