"""`kordon feeds import|export`: lists of feeds, taken from files and written to them.

Adds these to the verbs of `feeds`.
"""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from crawler.catalog.changes import settled
from crawler.catalog.outlets import Catalogue
from crawler.cli.console import Json, counted, print_json, say
from crawler.cli.exits import EXIT_FAILED
from crawler.cli.feed_intake import NEXT_RUN
from crawler.cli.feed_lists import (
    Format,
    print_refused,
    print_unwanted,
    read_list,
    write_list,
    written,
)
from crawler.cli.feeds import app
from crawler.cli.session import opened
from crawler.errors import ConfigError


@app.command("import")
def import_feeds(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A list of feeds, CSV or OPML.")],
    as_json: Json = False,
) -> None:
    """Take in the feeds of a list, but for removed ones; OPML leaves known facts as they are."""
    raise typer.Exit(asyncio.run(_import(file, as_json=as_json)))


async def _import(file: Path, *, as_json: bool) -> int:
    found = read_list(file)
    async with opened() as wired:
        known = await wired.listing.catalogue()
        given = found.catalogue if found.has_facts else settled(found.catalogue, known)
        taken = await wired.listing.take_in(given)
    listed = len(found.catalogue.feeds)
    if as_json:
        refused = [{"address": address, "reason": reason} for address, reason in found.refused]
        print_json({"listed": listed, "added": taken.new.feeds, "refused": refused,
                    "removed": taken.unwanted})  # fmt: skip
    else:
        print_refused(found.refused)
        if not listed:
            say(f"kordon: {file} lists no feed")
            return EXIT_FAILED
        new = len(taken.new.feeds)
        say(f"{counted(listed, 'feed')} listed, {new} of them new or changed; {NEXT_RUN}")
        print_unwanted(taken.unwanted)
    return 0 if listed else EXIT_FAILED


@app.command("export")
def export_feeds(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to; else standard output.")
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="Else by the file's name; CSV has all facts.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Write the catalogue with all changes made to it; OPML holds only what is polled."""
    was_there = file is not None and file.exists()
    if file is not None and file.is_file() and not force:
        raise ConfigError(f"{file} is there already", "give another name, or --force")
    by_name = Format.OPML if file and file.suffix.lower() in {".opml", ".xml"} else Format.CSV
    text = written(asyncio.run(_catalogue()), form or by_name)
    if file is None:
        typer.echo(text.encode(), nl=False)  # as in files
    else:
        write_list(file, text)
        say(f"{'replaced' if was_there else 'written'}: {file}")


async def _catalogue() -> Catalogue:
    async with opened() as wired:
        return await wired.listing.catalogue()
