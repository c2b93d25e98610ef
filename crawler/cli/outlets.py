"""`kordon outlets`: who publishes, what may be done with their texts, and how their feeds fare."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from crawler.catalog.outlets import Catalogue
from crawler.cli.console import Json, counted, print_facts, print_json, print_table, say
from crawler.cli.exits import EXIT_FAILED
from crawler.cli.feeds import state_of
from crawler.cli.session import catalogue_of, opened
from crawler.errors import ConfigError
from crawler.model import FeedState, Outlet
from crawler.setting import nearest

app = typer.Typer(help="The outlets of the catalogue, and how their feeds fare.",
                  no_args_is_help=True)  # fmt: skip

CatalogFile = Annotated[
    Path | None, typer.Option(help="A list of feeds alone, CSV or OPML; else all there are.")
]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which outlets to list; an empty filter lets all pass."""

    country: str
    language: str
    kind: str

    def check(self, outlets: Sequence[Outlet]) -> None:
        """Raise `ConfigError` when no outlet is of a country, language or kind asked for."""
        _check("--country", self.country, {one.country for one in outlets}, self.country.upper())
        languages = {language for one in outlets for language in one.languages}
        _check("--language", self.language, languages)
        _check("--kind", self.kind, {one.kind for one in outlets})

    def pass_(self, outlet: Outlet) -> bool:
        """Whether the outlet is asked for."""
        return (
            self.country.upper() in {"", outlet.country}
            and (not self.language or self.language in outlet.languages)
            and self.kind in {"", outlet.kind}
        )


def _check(option: str, given: str, known: Collection[str], read: str = "") -> None:
    if given and (read or given) not in known:
        listed = ", ".join(sorted(filter(None, known)))
        raise ConfigError(f"no outlet has {option} {given!r}", f"known are {listed}")


@app.callback()
def group() -> None:
    """The outlets of the catalogue, and how their feeds fare."""


@app.command("list")
def list_outlets(
    country: Annotated[str, typer.Option(help="Only of this country (ISO 3166: UA).")] = "",
    language: Annotated[str, typer.Option(help="Only in this language (ISO 639: uk).")] = "",
    kind: Annotated[str, typer.Option(help="Only of this kind (agency, national, ...).")] = "",
    catalog: CatalogFile = None,
    as_json: Json = False,
) -> None:
    """List outlets: who they are, whether a state controls them, what may leave here."""
    catalogue, filters = asyncio.run(_catalogue(catalog)), Filters(country, language, kind)
    filters.check(catalogue.outlets)
    chosen = [outlet for outlet in catalogue.outlets if filters.pass_(outlet)]
    if as_json:
        print_json([_facts(outlet, catalogue) for outlet in chosen])
        return
    columns = ("id", "name", "country", "languages", "kind", "feeds", "notes")
    print_table(counted(len(chosen), "outlet"), columns, [_row(one, catalogue) for one in chosen])


@app.command()
def show(
    outlet_id: Annotated[str, typer.Argument(metavar="ID", help="As `outlets list` prints it.")],
    catalog: CatalogFile = None,
    as_json: Json = False,
) -> None:
    """Show one outlet with its feeds, their next polls and last outcomes."""
    catalogue, states = asyncio.run(_shown(catalog, outlet_id))
    outlet = next((one for one in catalogue.outlets if one.id == outlet_id), None)
    if outlet is None:
        near = nearest(outlet_id, [one.id for one in catalogue.outlets])
        remedy = f"did you mean {near}" if near else "see `kordon outlets list`"
        say(f"kordon: there is no outlet {outlet_id!r}; {remedy}")
        raise typer.Exit(EXIT_FAILED)
    if as_json:
        print_json(_facts(outlet, catalogue) | {"states": states})
        return
    print_facts(asdict(outlet))
    columns = ("feed", "state", "next poll", "last outcome", "address")
    title = f"{counted(len(states), 'feed')} registered"
    print_table(title, columns, [_state_row(one) for one in states])


async def _catalogue(file: Path | None) -> Catalogue:
    """Return what a file lists, or the catalogue with all changes the operator made to it."""
    if file is not None:
        return catalogue_of(file)
    async with opened() as wired:
        return await wired.listing.catalogue()


async def _shown(file: Path | None, outlet: str) -> tuple[Catalogue, Sequence[FeedState]]:
    async with opened() as wired:
        catalogue = catalogue_of(file) if file else await wired.listing.catalogue()
        out = (await wired.subscriptions.changes()).removed
        states = await wired.frontier.feeds()
    return catalogue, [
        state for state in states if state.feed.outlet == outlet and state.feed.id not in out
    ]


def _facts(outlet: Outlet, catalogue: Catalogue) -> dict[str, object]:
    feeds = [feed.url for feed in catalogue.feeds if feed.outlet == outlet.id]
    return asdict(outlet) | {"feeds": feeds}


def _row(outlet: Outlet, catalogue: Catalogue) -> tuple[object, ...]:
    feeds = [feed for feed in catalogue.feeds if feed.outlet == outlet.id]
    enabled = sum(feed.enabled for feed in feeds)
    return (
        outlet.id, outlet.name, outlet.country, outlet.languages, outlet.kind,
        f"{enabled} of {len(feeds)}" if enabled < len(feeds) else len(feeds),
        [note for note, holds in (("state", outlet.state_controlled), ("closed", outlet.closed))
         if holds],
    )  # fmt: skip


def _state_row(state: FeedState) -> tuple[object, ...]:
    return state.feed.id, state_of(state), state.next_poll, state.last_outcome, state.feed.url
