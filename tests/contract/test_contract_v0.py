"""From contract v0 to v1: what was published before is there, under the new keys and schema."""

import json

import pytest
from articles import RECIPE, an_article, copies, decide, words_of
from stores import TOPIC, in_redis
from test_contract_payloads import check

from crawler.store import keys
from crawler.store.contract_v0 import migrate
from crawler.store.migrations import check as check_store


@pytest.fixture
async def v0(server, clock):
    """A store as contract v0 left it: stories, a merged one, events."""
    stories = in_redis(server, clock)
    left, right = words_of("left", 60), words_of("right", 60)
    both = [(left, 1), (right, 2), (left + right, 3)]
    for words, n in both:
        await stories.place(TOPIC, an_article(words, url=f"https://{n}.example/"), decide)
    for article in copies(3):
        await stories.place(TOPIC, article, decide)
    await server.hset(keys.meta(), mapping={"schema": "1", "recipe": RECIPE.id})
    await server.unlink(keys.public(TOPIC, "window"))  # v0 had none
    for key in await server.keys(f"{keys.PUBLIC}:*"):
        await server.rename(key, key.replace(keys.PUBLIC.encode(), keys.RETIRED.encode()))
    return server


async def test_every_story_and_forward_is_readable_under_v1(v0):
    assert await migrate(v0) == {TOPIC: 2}
    ids = await v0.zrange(keys.public(TOPIC, "stories"), 0, -1)
    for id_ in ids:
        check("StoryPayload", await v0.get(keys.public(TOPIC, f"story:{id_.decode()}")))
    every = [key async for key in v0.scan_iter(match=keys.public(TOPIC, "story:*"))]
    payloads = [json.loads(await v0.get(key)) for key in every]
    (forward,) = [payload for payload in payloads if "moved_to" in payload]
    assert forward["moved_to"].encode() in ids
    assert await v0.zcard(keys.public(TOPIC, "by:outlet:outlet-1")) == 1


async def test_nothing_of_v0_is_left_and_readers_of_its_events_are_told(v0):
    last = (await v0.xinfo_stream(keys.retired(TOPIC, "changes")))["last-generated-id"]
    await migrate(v0)
    assert await v0.keys(f"{keys.RETIRED}:*") == []
    assert await v0.hgetall(keys.public(TOPIC, "window")) == {b"first": b"", b"trimmed": last}


async def test_the_crawl_goes_on_where_it_was(v0, clock):
    await migrate(v0)
    await check_store(v0, RECIPE)
    stories = in_redis(v0, clock)
    placed = await stories.place(TOPIC, copies(4)[3], decide)
    payload = check("StoryPayload", await v0.get(keys.public(TOPIC, f"story:{placed.story}")))
    assert payload["size"] == 4
    assert await v0.xlen(keys.public(TOPIC, "changes")) == 1


async def test_migrating_twice_or_an_empty_store_changes_nothing(v0):
    await migrate(v0)
    before = {key: await v0.dump(key) async for key in v0.scan_iter()}
    assert await migrate(v0) == {}
    assert {key: await v0.dump(key) async for key in v0.scan_iter()} == before
    await v0.flushall()
    assert await migrate(v0) == {}
    assert await v0.keys("*") == []
