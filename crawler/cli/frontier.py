"""`kordon frontier`: what waits, what is dead and why; dead letters can be tried again."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from crawler.cli.console import Json, print_json, print_table, say
from crawler.cli.exits import EXIT_FAILED
from crawler.cli.session import opened
from crawler.errors import ConfigError
from crawler.model import EntryId
from crawler.ports import Census, EntryRecord

app = typer.Typer(help="See entries that wait or died, and try them again.", no_args_is_help=True)


class State(StrEnum):
    """What can be listed."""

    WAITING = "waiting"
    LEASED = "leased"
    DEAD = "dead"
    SKIPPED = "skipped"


@app.command("list")
def list_entries(
    state: Annotated[State, typer.Option(help="Which entries.")] = State.DEAD,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """Show entries in one state with their reason, and count all work."""
    asyncio.run(_list(state, limit, as_json=as_json))


@app.command()
def retry(
    ids: Annotated[list[str] | None, typer.Argument(help="Dead entries, by id.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every dead entry.")] = False,
    as_json: Json = False,
) -> None:
    """Put dead entries back, due now, with no attempts counted."""
    if bool(ids) == everything:
        raise ConfigError("nothing or too much to retry", "give ids, or --all, not both")
    chosen = None if everything else [EntryId(entry) for entry in ids or ()]
    raise typer.Exit(asyncio.run(_retry(chosen, as_json=as_json)))


async def _list(state: State, limit: int, *, as_json: bool) -> None:
    async with opened() as wired:
        entries = await wired.frontier.entries(state, limit)
        census = await wired.frontier.census()
        skipped = await wired.frontier.skipped()
    if as_json:
        print_json({"census": census, "skipped": skipped, "state": state, "entries": entries})
        return
    columns = ("id", "at", "attempts", "reason", "address")
    print_table(f"{state} entries", columns, [_row(shown) for shown in entries])
    say(_counted(census, sum(skipped.values())))


async def _retry(chosen: Sequence[EntryId] | None, *, as_json: bool) -> int:
    async with opened() as wired:
        revived = await wired.frontier.retry_dead(chosen)
    if as_json:
        print_json({"retried": revived})
    else:
        none = "no entry is dead" if chosen is None else "no such dead entry"
        say(f"{revived} put back" if revived else none)
    return 0 if revived or chosen is None else EXIT_FAILED


def _row(shown: EntryRecord) -> tuple[object, ...]:
    return shown.entry.id, shown.at, shown.attempts, shown.reason, shown.entry.url


def _counted(census: Census, skipped: int) -> str:
    return (
        f"due {census.due} (feeds {census.due_feeds}), under way {census.leased}, "
        f"to be retried {census.later}, dead {census.dead}, skipped in 30 days {skipped}"
    )
