import asyncio

import pytest
from redis.asyncio import Redis

from crawler.errors import ConfigError
from crawler.model import Recipe
from crawler.store import keys
from crawler.store.migrations import check

OURS, OTHER = Recipe(), Recipe(seed=2)


async def test_an_empty_store_is_marked_and_taken_again(server):
    await check(server, OURS)
    await check(server, OURS)
    kept = await server.hgetall(keys.meta())
    assert kept.keys() == {b"schema", b"recipe", f"recipe:{OURS.id}".encode()}
    assert (int(kept[b"schema"]), kept[b"recipe"]) == (keys.SCHEMA_VERSION, OURS.id.encode())


async def test_a_store_of_ours_that_takes_no_writes_is_checked_all_the_same(server, server_socket):
    await check(server, OURS)
    rights = ("~*", "+@all", "-@write")
    await server.execute_command("ACL", "SETUSER", "reader", "on", "nopass", *rights)
    async with Redis(unix_socket_path=server_socket, username="reader", password="any") as reader:
        await check(reader, OURS)
    await server.execute_command("ACL", "DELUSER", "reader")


async def test_another_recipe_is_refused_and_changes_nothing(server):
    await check(server, OURS)
    with pytest.raises(ConfigError, match=rf"{OURS.id}.*{OTHER.id}; `kordon index build`"):
        await check(server, OTHER)
    await check(server, OURS)


@pytest.mark.parametrize(
    ("step", "said"),
    [(1, "a newer Kordon.*upgrade"), (-1, "an older Kordon.*kordon contract migrate")],
)
async def test_another_schema_is_refused_with_what_can_be_done(server, step, said):
    await server.hset(keys.meta(), "schema", keys.SCHEMA_VERSION + step)
    with pytest.raises(ConfigError, match=said):
        await check(server, OURS)


async def test_of_two_recipes_on_an_empty_store_one_stays(server):
    outcomes = await asyncio.gather(
        *(check(server, recipe) for recipe in (OURS, OTHER)), return_exceptions=True
    )
    assert sorted(type(outcome) for outcome in outcomes if outcome is not None) == [ConfigError]
