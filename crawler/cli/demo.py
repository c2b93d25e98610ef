"""`kordon demo`: the real crawl, on the small world of publishers that ships with Kordon."""

import asyncio
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from crawler.app import App
from crawler.catalog.outlets import read_catalogue
from crawler.cli.console import Json, print_json, say
from crawler.cli.demo_report import print_act
from crawler.cli.demo_view import ActView, act_view
from crawler.cli.run import Plan, work_through
from crawler.cli.serve import HOST, PORT, answer, listening
from crawler.cli.session import default_settings, opened
from crawler.config import Config
from crawler.demo.server import DemoServer
from crawler.demo.world import LAST_ACT, World, load
from crawler.errors import ConfigError
from crawler.store.server import embedded

HOST_RATE = 50.0  # requests a second to one host: nobody's machine but ours is asked
SLOW_SECONDS = 3.0  # how long the slow feed keeps its readers waiting
SETTINGS = {"HOST_RATE_PER_SECOND": HOST_RATE, "TOPICS": ("ukraine-border",)}
FOREIGN = ("all_proxy", "no_proxy", "http_proxy", "https_proxy")  # in either case


def demo(
    acts: Annotated[
        int, typer.Option(min=1, max=LAST_ACT, help="2: revisions and late copies as well.")
    ] = 1,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep what was collected in a new directory.")
    ] = None,
    page: Annotated[
        bool, typer.Option("--page", help="Show the result as a page until interrupted.")
    ] = False,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The page's; 0: any free.")] = PORT,
    as_json: Json = False,
) -> None:
    """Crawl twenty publishers that do not exist; needs no network and touches no data of yours.

    Exit code 1: what was found is not what the world's author wrote.
    """
    if page and as_json:
        raise ConfigError("--page and --json exclude each other", "give one of them")
    with home_of_demo(keep) as home, listening(HOST, port) if page else nullcontext() as door:
        views = asyncio.run(play(home, acts, door, as_json=as_json))
    agrees = all(view.agrees for view in views)
    if as_json:
        print_json({"agrees": agrees, "kept": str(keep) if keep else None, "acts": views})
    elif keep:
        say(f"Kept: KORDON_HOME={home} kordon stories list")
    elif not page:
        say("As a page: make demo ARGS=--page (or kordon demo --page)")
    raise typer.Exit(0 if agrees else 1)


@contextmanager
def home_of_demo(keep: Path | None) -> Iterator[Path]:
    """Give a home of the demo's own; its server is stopped and, unless kept, all is removed.

    Raises:
        ConfigError: The directory to keep it in holds something already, or cannot be made.
    """
    with TemporaryDirectory(prefix="kordon-demo-") as passing:
        home = _new(keep.expanduser().absolute()) if keep else Path(passing)
        try:
            yield home
        finally:
            embedded.stop(home)


def _new(home: Path) -> Path:
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(home.iterdir()):
            raise ConfigError(f"--keep {home} holds something already", "name a new directory")
    except OSError as error:
        raise ConfigError(
            f"--keep {home} cannot be used ({error.strerror})", "name a new directory"
        ) from error
    return home


async def play(
    home: Path, acts: int, door: socket | None = None, *, as_json: bool
) -> list[ActView]:
    """Crawl one act after the other and show each; return what was found.

    Where there is a door, the page is shown there until interrupted.
    """
    world = load(datetime.now(UTC))
    views: list[ActView] = []
    with (
        DemoServer(world, slow_seconds=SLOW_SECONDS) as server,
        environment(KORDON_HOME=str(home), http_proxy=server.proxy_url),
    ):
        config = Config.from_settings({**default_settings(), **SETTINGS})
        async with opened(config) as app:
            for number in range(1, acts + 1):
                server.show(world.act(number))
                before = views[-1] if views else None
                views.append(await play_act(app, world.act(number), before, as_json=as_json))
            if door is not None:
                say("What was found, as a page; Ctrl-C ends it:")
                await answer(app, door, quiet=True)
    return views


async def play_act(app: App, world: World, before: ActView | None, *, as_json: bool) -> ActView:
    """Crawl the world as it stands, and show what that brought."""
    catalogue = read_catalogue(world.catalogue(), "the demo's catalogue")
    if not as_json:
        say(_opening(world))
    await app.listing.register(catalogue)
    began = time.monotonic()
    plan = Plan(span=None, once=True, now=before is not None, max_pages=None)
    await work_through(app, plan, quiet=as_json)
    view = await act_view(app, world, time.monotonic() - began, before)
    if not as_json:
        print_act(view)
    return view


def _opening(world: World) -> str:
    if world.showing > 1:
        return "Some hours later: texts are revised, late copies appear. Polling again ..."
    feeds = sum(len(outlet.feeds) for outlet in world.outlets)
    return (
        f"Crawling {len(world.outlets)} publishers ({feeds} feeds) that exist on this machine "
        f"only, at up to {HOST_RATE:.0f} requests a second to each ..."
    )


@contextmanager
def environment(**own: str) -> Iterator[None]:
    """Let the block see these variables, and none that leads to the operator's data or proxies."""
    before = dict(os.environ)
    _replace({name: value for name, value in before.items() if not _is_foreign(name)} | own)
    try:
        yield
    finally:
        _replace(before)


def _is_foreign(name: str) -> bool:
    return name.startswith("KORDON_") or name.lower() in FOREIGN


def _replace(variables: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(variables)
