"""`kordon work`: one kind of work as a process of its own, beside others that do the same."""

import asyncio
import signal

import typer

from crawler.cli.console import say
from crawler.cli.delivering import told
from crawler.cli.session import opened

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
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ended.set)
        say("telling hooks of changes")
        await ended.wait()
