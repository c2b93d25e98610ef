"""`kordon contract`: what services read from Redis, its schema, and the way from an older one."""

import asyncio
from collections.abc import Mapping

import typer

from crawler.cli.console import Json, print_json, say
from crawler.cli.session import settings_of_kordon
from crawler.config import Config
from crawler.contract import VERSION, schema
from crawler.model import TopicId
from crawler.store.contract_v0 import migrate as migrate_store
from crawler.store.server.connection import connect

app = typer.Typer(
    help="What services read from Redis: its schema, and migrations.", no_args_is_help=True
)


@app.callback()
def group() -> None:
    """What services read from Redis: its schema, and migrations."""


@app.command("schema")
def show_schema() -> None:
    """Print the JSON Schema of every payload."""
    print_json(schema())


@app.command()
def migrate(as_json: Json = False) -> None:
    """Bring a store of an older contract to this one; end every crawl first.

    May be repeated; a store that is up to date is left as it is.
    """
    moved = asyncio.run(_migrated(Config.from_settings(settings_of_kordon())))
    if as_json:
        print_json({"version": VERSION, "stories": moved})
    elif moved:
        counts = ", ".join(f"{topic} ({count} stories)" for topic, count in moved.items())
        say(f"contract {VERSION}: {counts}")
    else:
        say(f"nothing to do: the store holds contract {VERSION}, or nothing")


async def _migrated(config: Config) -> Mapping[TopicId, int]:
    async with await connect(config) as client:
        return await migrate_store(client)
