"""`kordon outlets`: who publishes, what may be done with their texts, and how their feeds fare."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from crawler.catalog.outlets import Catalogue
from crawler.cli.console import Json, print_facts, print_json, print_table
from crawler.cli.feeds import state_of
from crawler.cli.session import catalogue_of, opened
from crawler.errors import ConfigError
from crawler.model import FeedState, Outlet
from crawler.setting import nearest

app = typer.Typer(help="The outlets of the catalogue, and how their feeds fare.",
                  no_args_is_help=True)  # fmt: skip

CatalogFile = Annotated[Path | None, typer.Option(help="A CSV of outlets; else the shipped one.")]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which outlets to list; an empty filter lets all pass."""

    country: str
    language: str
    kind: str

    def pass_(self, outlet: Outlet) -> bool:
        """Whether the outlet is asked for."""
        return (
            self.country.upper() in {"", outlet.country}
            and (not self.language or self.language in outlet.languages)
            and self.kind in {"", outlet.kind}
        )


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
    catalogue, filters = catalogue_of(catalog), Filters(country, language, kind)
    chosen = [outlet for outlet in catalogue.outlets if filters.pass_(outlet)]
    if as_json:
        print_json([_facts(outlet, catalogue) for outlet in chosen])
        return
    columns = ("id", "name", "country", "languages", "kind", "feeds", "notes")
    print_table(f"{len(chosen)} outlets", columns, [_row(one, catalogue) for one in chosen])


@app.command()
def show(
    outlet_id: Annotated[str, typer.Argument(metavar="ID", help="As `outlets list` prints it.")],
    catalog: CatalogFile = None,
    as_json: Json = False,
) -> None:
    """Show one outlet with its feeds, their next polls and last outcomes."""
    catalogue = catalogue_of(catalog)
    outlet = _named(catalogue, outlet_id)
    states = asyncio.run(_states(outlet))
    if as_json:
        print_json(_facts(outlet, catalogue) | {"states": states})
        return
    print_facts(asdict(outlet))
    columns = ("feed", "state", "next poll", "last outcome", "address")
    print_table(f"{len(states)} feeds registered", columns, [_state_row(one) for one in states])


def _named(catalogue: Catalogue, outlet_id: str) -> Outlet:
    known = {outlet.id: outlet for outlet in catalogue.outlets}
    for id_, outlet in known.items():
        if id_ == outlet_id:
            return outlet
    near = nearest(outlet_id, known)
    raise ConfigError(
        f"the catalogue has no outlet {outlet_id!r}",
        f"did you mean {near}" if near else "see kordon outlets list",
    )


async def _states(outlet: Outlet) -> Sequence[FeedState]:
    async with opened() as wired:
        return [state for state in await wired.frontier.feeds() if state.feed.outlet == outlet.id]


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
