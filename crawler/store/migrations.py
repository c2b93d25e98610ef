"""What a store was written with: a mismatch refuses to run rather than find nothing, silently."""

from redis.asyncio import Redis

from crawler.errors import ConfigError
from crawler.model import RecipeId
from crawler.store import keys
from crawler.store.connection import translated

ANEW = "or begin with an empty store (another KORDON_HOME, or another database of your Redis)"


async def check(client: Redis, recipe: RecipeId) -> None:
    """Mark an empty store as ours; refuse one written with another schema or recipe.

    Safe when many processes start at once: the first mark stays.

    Raises:
        ConfigError: The store holds another schema's keys, or another recipe's index.
        StoreError: The store cannot be reached.
    """
    with translated():
        async with client.pipeline(transaction=True) as marks:
            marks.hsetnx(keys.meta(), "schema", str(keys.SCHEMA_VERSION))
            marks.hsetnx(keys.meta(), "recipe", recipe)
            marks.hmget(keys.meta(), ["schema", "recipe"])
            *_, (schema, built_with) = await marks.execute()
    _check_schema(int(schema))
    _check_recipe(built_with.decode(), recipe)


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


def _check_recipe(found: str, wanted: RecipeId) -> None:
    if found != wanted:
        raise ConfigError(
            f"the index was built with recipe {found}, and this Kordon fingerprints with {wanted}",
            "`kordon index build` will build it anew but is not in this version: "
            f"run the Kordon that wrote it, {ANEW}",
        )
