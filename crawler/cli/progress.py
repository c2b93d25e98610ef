"""Live progress of a crawl: a panel on a terminal, elsewhere a line when there is news."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

from rich.console import Group
from rich.live import Live
from rich.text import Text

from crawler.app import App
from crawler.cli.console import err, say
from crawler.telemetry import Tally

REDRAW_SECONDS = 0.5
LINE_SECONDS = 10.0

InFlight = Callable[[], int]
"""Tells how many entries are being worked on."""


@asynccontextmanager
async def shown(app: App, in_flight: InFlight, *, quiet: bool) -> AsyncIterator[None]:
    """Show the crawl's progress on standard error until the block ends."""
    show = _panel if err.is_terminal else _lines
    task = asyncio.create_task(_nothing() if quiet else show(app, in_flight))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, OSError):  # a terminal that is gone shows nothing
            await task


async def _nothing() -> None:
    return


async def _panel(app: App, in_flight: InFlight) -> None:
    started = time.monotonic()
    with Live(console=err, transient=True, auto_refresh=False) as live:
        while True:
            lines = progress_lines(app.tally, in_flight(), time.monotonic() - started)
            live.update(Group(*(Text(line, overflow="ellipsis", no_wrap=True) for line in lines)))
            live.refresh()
            await asyncio.sleep(REDRAW_SECONDS)


async def _lines(app: App, in_flight: InFlight) -> None:
    started, news = time.monotonic(), News()
    while True:
        await asyncio.sleep(LINE_SECONDS)
        if news.come(app.tally, in_flight()):
            lines = progress_lines(app.tally, in_flight(), time.monotonic() - started)
            say(" | ".join(lines))


class News:
    """Tells whether something was counted since it was last asked.

    A crawl that waits for its feeds, most of every hour, says nothing again and again.
    """

    def __init__(self) -> None:
        self._told: tuple[Mapping[str, int], int] = ({}, 0)

    def come(self, tally: Tally, in_flight: int) -> bool:
        """Return whether there is anything to tell, which is told by now."""
        before, self._told = self._told, (tally.everything(), in_flight)
        return before != self._told


def progress_lines(tally: Tally, in_flight: int, seconds: float) -> list[str]:
    """Return what an operator wants to know of a running crawl, a line each."""
    pages = tally["page/fetched"]
    return [
        f"feeds    {tally.total('poll')} polled{_listed(tally.of('poll'))}",
        f"entries  {tally['entry/new']} new, {in_flight} in flight",
        f"pages    {pages} fetched, {pages / max(seconds, 0.001):.1f} a second",
        f"articles {tally.total('place')} placed{_listed(tally.of('place'))}",
        f"skipped  {tally.total('skip')}{_listed(tally.of('skip'))}",
        f"retries  {tally.total('retry')}{_listed(tally.of('retry'))}",
        f"given up {tally.total('dead')}{_listed(tally.of('dead'))}",
    ]


def _listed(counts: Mapping[str, int]) -> str:
    return f" ({', '.join(f'{count} {name}' for name, count in counts.items())})" if counts else ""
