"""What a store was written with: a mismatch refuses to run rather than find nothing, silently."""

from typing import Any

import msgspec
from redis.asyncio import Redis

from crawler.errors import ConfigError
from crawler.model import Generation, Recipe
from crawler.store import keys
from crawler.store.generations import ANEW, generation_of, recipe_field
from crawler.store.server.connection import translated


async def check(client: Redis, recipe: Recipe) -> None:
    """Mark an empty store as ours; refuse one written with another schema or recipe.

    One whose stories are being built anew under our recipe is ours too, if we can write the
    generation that is read until then. Safe when many processes start at once: the first mark
    stays.

    Raises:
        ConfigError: The store holds another schema's keys, or another recipe's index.
        StoreError: The store cannot be reached.
    """
    await check_schema(client)
    with translated():
        await _mark(client, "recipe", recipe.id)
        marks: Any = await client.hmget(keys.meta(), ["recipe", "coming"])
        read, coming = marks
        if read == recipe.id.encode():
            await _mark(client, recipe_field(recipe.id), msgspec.json.encode(recipe))
    _check_recipe(
        await _recorded(client, read, recipe),
        await _recorded(client, coming, recipe) if coming else None,
        recipe,
    )


async def _recorded(client: Redis, name: bytes, ours: Recipe) -> Generation:
    with translated():
        record: Any = await client.hget(keys.meta(), recipe_field(name.decode()))
    return generation_of(name.decode(), record, ours)


async def check_schema(client: Redis) -> None:
    """Mark an empty store with our schema; refuse another.

    Raises:
        ConfigError: The store holds another schema's keys.
        StoreError: The store cannot be reached.
    """
    with translated():
        await _mark(client, "schema", str(keys.SCHEMA_VERSION))
        schema: Any = await client.hget(keys.meta(), "schema")
    _check_schema(int(schema))


async def _mark(client: Redis, field: str, value: str | bytes) -> None:
    """Mark the store unless it is: the first mark stays.

    Nothing is written then, so that a server whose disk is full can still be read from.
    """
    if not await client.hexists(keys.meta(), field):
        await client.hsetnx(keys.meta(), field, value)


def _check_schema(found: int) -> None:
    if found > keys.SCHEMA_VERSION:
        raise ConfigError(
            f"a newer Kordon wrote this store (schema {found}, known {keys.SCHEMA_VERSION})",
            f"upgrade Kordon, {ANEW}",
        )
    if found < keys.SCHEMA_VERSION:
        raise ConfigError(
            f"an older Kordon wrote this store (schema {found}, needed {keys.SCHEMA_VERSION})",
            f"end every `kordon run` and run `kordon contract migrate`, {ANEW}",
        )


def _check_recipe(read: Generation, coming: Generation | None, ours: Recipe) -> None:
    if read.recipe == ours or (coming and coming.recipe == ours and _fit(read, ours)):
        return
    if coming and coming.recipe == ours:
        raise ConfigError(
            f"the stories that are read were built with recipe {read.recipe_id}, by which this "
            "Kordon cannot place articles",
            "end `kordon index build`, then `kordon index switch`; the Kordon that wrote them may "
            "crawl until then",
        )
    raise ConfigError(
        f"the index was built with recipe {read.recipe_id}, and this Kordon fingerprints with "
        f"{ours.id}",
        f"`kordon index build` builds it anew beside the old one, {ANEW}",
    )


def _fit(read: Generation, ours: Recipe) -> bool:
    """Whether we can make fingerprints for the generation that is read."""
    return read.recipe.versions == ours.versions
