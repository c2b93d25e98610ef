"""Which Kordon may start on which generations, and what becomes of those not read."""

import asyncio
import json

import msgspec
import pytest
from articles import copies
from houses import NEW, OLD, House
from redis import Redis
from stores import TOPIC

from crawler.dedup.succession import succeed
from crawler.errors import ConfigError, StoreError
from crawler.model import GenerationId, Recipe, TopicId
from crawler.reindex import AT_ONCE
from crawler.store import keys
from crawler.store.migrations import check


async def test_a_kordon_of_the_new_recipe_starts_once_the_build_has_begun(old, new, server):
    with pytest.raises(ConfigError, match="kordon index build"):
        await check(server, NEW)
    await new.generations.begin(NEW, [TOPIC])
    await check(server, NEW)
    await check(server, OLD)
    await new.index.switch()
    await check(server, NEW)


async def test_what_is_not_read_any_more_is_removed_and_nothing_else(old, new, server):
    one, other = copies(2)
    await old.place(one, other)
    elsewhere = TopicId("everything")
    await server.set(keys.generation(elsewhere, OLD.id, "article:1"), "x")
    await new.build()
    assert await new.index.retire() == 0
    await new.index.switch()
    assert await new.index.retire() > 10
    left = {name.decode() async for name in server.scan_iter(match=keys.private(TOPIC, "*"))}
    read, _ = await new.generations.reading(TOPIC)
    allowed = (keys.generation(TOPIC, read.id, ""), keys.lasting(TOPIC, ""))
    assert all(name.startswith(allowed) for name in left)
    assert await server.exists(keys.generation(elsewhere, OLD.id, "article:1"))
    assert await new.sound() == []
    assert len(set(await new.homes(one, other))) == 1


async def test_a_build_can_be_given_up(old, new):
    one, other = copies(2)
    await old.place(one)
    await new.build()
    assert await new.index.give_up() > 5
    await old.place(other)
    assert await old.groups() == {frozenset([one.id, other.id])}
    assert len(await old.generations.written(TOPIC)) == 1
    generation, _ = await new.build()
    assert generation.number == 3  # never one that may have left something behind


@pytest.mark.parametrize("verb", ["build", "give_up"])
async def test_whoever_builds_or_gives_up_waits_for_the_end_of_a_switch(old, new, server, verb):
    one, other = copies(2)
    await old.place(one, other)
    generation, _ = await new.build()
    await server.set(keys.lasting(TOPIC, "held"), "who switches")
    await server.config_resetstat()
    deed = asyncio.ensure_future(new.build() if verb == "build" else new.index.give_up())
    while not deed.done() and "cmdstat_exists" not in await server.info("commandstats"):  # noqa: ASYNC110 - the server tells it
        await asyncio.sleep(0)  # until it has asked whether a switch is under way
    await server.set(keys.lasting(TOPIC, "written"), generation.id)  # as the switch does
    await server.delete(keys.lasting(TOPIC, "held"))
    await deed
    read, stories = await new.generations.reading(TOPIC)
    assert read == generation
    assert await stories.count(TOPIC) == (2, 1)


async def test_a_build_that_is_given_up_meanwhile_says_so(old, new, server_socket):
    await old.place(*copies(AT_ONCE + 1))

    def given_up(_):
        with Redis(unix_socket_path=server_socket) as client:
            client.set(keys.lasting(TOPIC, "written"), OLD.id)
            client.hdel(keys.meta(), "coming")

    with pytest.raises(ConfigError, match="was given up"):
        await new.index.build(given_up)


async def test_a_switch_whose_build_was_given_up_meanwhile_changes_nothing(old, new, server_socket):
    one, other = copies(2)
    story = await old.place(one, other)
    await new.build()

    def given_up(*args):
        with Redis(unix_socket_path=server_socket) as client:
            client.set(keys.lasting(TOPIC, "written"), OLD.id)
        return succeed(*args)

    with pytest.raises(StoreError, match="nothing changed"):
        await new.generations.switch(TOPIC, given_up)
    read, _ = await new.generations.reading(TOPIC)
    assert read.recipe == OLD
    assert (await old.stories.story(TOPIC, story)).id == story


async def test_generations_follow_each_other(old, new, clock):
    story = await old.place(*copies(3))
    for recipe in (NEW, OLD, NEW):
        house = House(old.server, old.corpus._folder, clock, recipe)
        await house.build()
        assert await house.index.switch() == {TOPIC: {}}
        await house.index.retire()
        assert set(await house.homes(*copies(3))) == {story}
        assert await house.sound() == []


async def test_a_kordon_that_reads_texts_otherwise_builds_but_leaves_the_crawl_to_the_old(
    old, server, tmp_path, clock
):
    later = House(server, tmp_path, clock, Recipe(text_version=OLD.text_version + 1))
    one, other, late = copies(3)
    await old.place(one)
    await later.build()
    with pytest.raises(ConfigError, match=r"cannot place.*then `kordon index switch`"):
        await check(server, later.recipe)
    await old.place(other)  # in the old one alone: it cannot fingerprint for the new one
    with pytest.raises(ConfigError, match="1 articles"):
        await later.index.switch()
    await later.build()
    await later.index.switch()
    await check(server, later.recipe)
    assert len(set(await later.homes(one, other))) == 1
    with pytest.raises(StoreError, match=r"start that Kordon"):
        await old.place(late)  # it still runs, and must not write what it cannot fingerprint for
    assert await later.stories.articles(TOPIC, [late.id]) == {}


async def test_a_recipe_of_other_numbers_than_ours_is_read_and_built_anew(old, new, server):
    """As each Kordon leaves it to the next that has a number more."""
    first, second = copies(2)
    await old.place(first)
    await old.place(second)
    held = await old.homes(first, second)
    name, record = "0123456789", json.loads(msgspec.json.encode(OLD))
    await rename(server, OLD.id, name, {**record, "a_number_of_before": 3})
    with pytest.raises(ConfigError, match=f"recipe {name}.*`kordon index build`"):
        await check(server, new.recipe)
    await new.build()
    with pytest.raises(ConfigError, match=r"cannot place.*then `kordon index switch`"):
        await check(server, new.recipe)
    await new.index.switch()
    await check(server, new.recipe)
    assert await new.homes(first, second) == held


async def rename(server, before, name, record):
    """Let the generation that is read be another recipe's, which is on record."""
    kept = keys.generation(TOPIC, GenerationId(before), "")
    renamed = keys.generation(TOPIC, GenerationId(name), "")
    for key in [key.decode() async for key in server.scan_iter(match=f"{kept}*")]:
        await server.rename(key, key.replace(kept, renamed))
    await server.hdel(keys.meta(), f"recipe:{before}")
    await server.hset(keys.meta(), mapping={"recipe": name, f"recipe:{name}": json.dumps(record)})
