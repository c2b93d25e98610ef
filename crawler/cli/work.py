"""`kordon work`: one kind of work as a process of its own, beside others that do the same."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer

from crawler.cli.console import Json, say
from crawler.cli.crawling import run_spider, spiders
from crawler.cli.delivering import told
from crawler.cli.exits import EXIT_FAILED
from crawler.cli.progress import shown
from crawler.cli.report import print_report
from crawler.cli.run import HostRate, Topics, config_of
from crawler.cli.session import opened
from crawler.cli.signals import ENDS, hang_ups
from crawler.config import Config
from crawler.errors import ConfigError

STARTED_BY = {"feeds": "kordon run", "check": "kordon feeds verify"}

app = typer.Typer(help="One kind of work as a process of its own.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """One kind of work as a process of its own."""


@app.command()
def hooks() -> None:
    """Tell hooks of changes until interrupted, as `kordon serve` does besides; any number may."""
    asyncio.run(_hooks())


async def _hooks() -> None:
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    async with opened() as wired, told(wired):
        for number in (*ENDS, *hang_ups()):
            loop.add_signal_handler(number, ended.set)
        say("telling hooks of changes")
        await ended.wait()


@app.command()
def spider(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `scrapy list` prints it.")],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME=VALUE", help="What the spider is told."),
    ] = None,
    topic: Topics = None,
    host_rate: HostRate = None,
    as_json: Json = False,
) -> None:
    """Let a spider of your own crawl; its pages become articles as those of feeds do."""
    told = pairs_of(arguments or ())
    _check_startable(name, told)
    config = config_of(topic, host_rate)
    succeeded = asyncio.run(_crawl(config, name, told, as_json=as_json))
    raise typer.Exit(0 if succeeded else EXIT_FAILED)


def pairs_of(arguments: Sequence[str]) -> dict[str, str]:
    """Return what NAME=VALUE say; a name may be given with hyphens.

    Raises:
        ConfigError: One is no such pair.
    """
    parted = [one.partition("=") for one in arguments]
    for one, (name, sign, _) in zip(arguments, parted, strict=True):
        if not (name and sign):
            raise ConfigError(f"{one!r} says nothing to a spider", "write NAME=VALUE")
    return {name.replace("-", "_"): value for name, _, value in parted}


def _check_startable(name: str, told: Mapping[str, str]) -> None:
    if name in STARTED_BY:
        raise ConfigError(f"the spider {name} is not started by name", f"use {STARTED_BY[name]}")
    own = {one: needed for one, needed in spiders().items() if one not in STARTED_BY}
    if name not in own:
        there = f"known are {', '.join(own)}" if own else "write one (docs/how-to/add-a-spider.md)"
        raise ConfigError(f"there is no spider {name!r} in spiders/", there)
    if lacking := [one for one in own[name] if one not in told]:
        raise ConfigError(f"{name} needs {' and '.join(lacking)}", f"write {lacking[0]}=...")


async def _crawl(config: Config, name: str, told: Mapping[str, str], *, as_json: bool) -> bool:
    async with opened(config) as wired, shown(wired, lambda: 0, quiet=as_json):
        since = wired.clock.now()
        await run_spider(wired, name, **told)
        return await print_report(wired, since, as_json=as_json)
