"""`kordon run`: crawl what is due, show what happens, end with the newest stories."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from crawler.app import App
from crawler.catalog.outlets import Catalogue
from crawler.catalog.topics import topic
from crawler.cli.console import Json, say
from crawler.cli.contact import ask_for_contact
from crawler.cli.crawling import run_spider
from crawler.cli.exits import EXIT_FAILED
from crawler.cli.feed_lists import print_unwanted
from crawler.cli.lookout import looked_after
from crawler.cli.progress import shown
from crawler.cli.report import print_report
from crawler.cli.retaining import retaining
from crawler.cli.session import catalogue_of, config_on, opened
from crawler.cli.signals import ENDS, hang_ups
from crawler.config import Config
from crawler.errors import ConfigError, StoreError
from crawler.roster import reclaim_from_the_dead
from crawler.setting import SETTINGS
from crawler.shift import Ending, Shift

SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
LONGEST_SPAN = timedelta(days=366)
_HOST_RATE = next(
    replace(one, name="--host-rate") for one in SETTINGS if one.name == "HOST_RATE_PER_SECOND"
)

Topics = Annotated[list[str] | None, typer.Option(help="Collect this topic (repeatable).")]
HostRate = Annotated[
    float | None, typer.Option(help="Requests a second to one host; for tests and benches.")
]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the operator asked of one run."""

    span: timedelta | None
    once: bool
    now: bool
    max_pages: int | None

    @property
    def is_unbounded(self) -> bool:
        """Whether the run ends by itself, and nobody said after how many pages."""
        return self.once and self.max_pages is None

    def ending(self, start: datetime) -> Ending:
        """Return when a run that starts at this instant is over."""
        at = start + self.span if self.span is not None else None
        return Ending(once=self.once, at=at, max_pages=self.max_pages)


def run(  # the options of one command
    once: Annotated[bool, typer.Option("--once", help="Poll what is due, fetch, and end.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until interrupted.")] = False,
    span: Annotated[str, typer.Option("--for", help="Go on for a while: 90s, 30m, 2h, 1d.")] = "",
    now: Annotated[bool, typer.Option("--now", help="Poll every feed, due or not.")] = False,
    catalog: Annotated[
        Path | None, typer.Option(help="Take in this list, CSV or OPML, and no shipped feed.")
    ] = None,
    topic: Topics = None,
    max_pages: Annotated[
        int | None, typer.Option(min=1, help="Fetch so many pages at most.")
    ] = None,
    host_rate: HostRate = None,
    as_json: Json = False,
) -> None:
    """Crawl: poll due feeds, fetch their entries, group the copies, keep the stories.

    Without --once, --for or --watch it is --once.
    """
    plan = plan_of(once=once, watch=watch, span=span, now=now, max_pages=max_pages)
    config = config_of(topic, host_rate)
    catalogue = catalogue_of(catalog) if catalog else None
    if not as_json and ask_for_contact(config):
        config = config_of(topic, host_rate)
    bound = None if catalog else config.first_run_max_pages
    succeeded = asyncio.run(crawl(plan, config, catalogue, bound, as_json=as_json))
    raise typer.Exit(0 if succeeded else EXIT_FAILED)


def plan_of(*, once: bool, watch: bool, span: str, now: bool, max_pages: int | None) -> Plan:
    """Return the plan that the options amount to.

    Raises:
        ConfigError: Two options contradict each other, or the span cannot be read.
    """
    if once + watch + bool(span) > 1:
        raise ConfigError("--once, --for and --watch exclude each other", "give one of them")
    length = span_of(span) if span else None
    return Plan(length, once or not (watch or span), now, max_pages)


def span_of(text: str) -> timedelta:
    """Return a span written as 90s, 30m, 2h or 1d12h."""
    match = SPAN.fullmatch(text)
    days, hours, minutes, seconds = (
        (int(part or 0) for part in match.groups()) if match else [0] * 4
    )
    total = 86_400 * days + 3_600 * hours + 60 * minutes + seconds
    if not 0 < total <= LONGEST_SPAN.total_seconds():
        raise ConfigError(
            f"--for {text} is no span of time up to a year", "write it as 90s, 30m, 2h or 1d12h"
        )
    return timedelta(seconds=total)


def config_of(topics: list[str] | None, host_rate: float | None) -> Config:
    """Return the operator's configuration with what this run changes."""
    changes = {} if host_rate is None else {"HOST_RATE_PER_SECOND": _HOST_RATE.checked(host_rate)}
    config = config_on(topics, **changes)
    for name in config.topics:
        topic(name, config.own_topics)
    return config


async def crawl(
    plan: Plan, config: Config, catalogue: Catalogue | None, bound: int | None, *, as_json: bool
) -> bool:
    """Run one shift over the catalogue and report; True when at least something answered.

    A run that is the home's first fetches `bound` pages at most, unless the plan says how many.
    """
    async with opened(config) as app:
        since = app.clock.now()
        await reclaim_from_the_dead(app.frontier)
        if bound and plan.is_unbounded and not await app.frontier.feeds():
            plan = replace(plan, max_pages=bound)
            say(f"a first run fetches {bound:,} pages at most; --max-pages changes that")
        print_unwanted(await app.listing.register(catalogue))
        if not any(one.feed.enabled and not one.paused for one in await app.frontier.feeds()):
            say("no feed is polled: kordon feeds add ADDRESS, or import FILE, takes some in")
        await work_through(app, plan, quiet=as_json)
        return await print_report(app, since, as_json=as_json)


async def work_through(app: App, plan: Plan, *, quiet: bool) -> None:
    """Work one shift on what is registered, with progress on standard error unless quiet."""
    if plan.now:
        await app.frontier.hasten()
    shift = Shift(
        app.frontier,
        app.clock,
        app.worker,
        in_flight=app.config.in_flight,
        ending=plan.ending(app.clock.now()),
        host_pause=max(app.config.host_pause, app.config.crawl_delay_longest),
    )
    async with (
        interruptible(shift.stop),
        shown(app, lambda: shift.open, quiet=quiet),
        warming(app),
        retaining(app),
        looked_after(app, shift),
    ):
        await worked(app, shift)


async def worked(app: App, shift: Shift) -> None:
    """Let Scrapy work through the shift; whatever is left open goes back to the frontier.

    Raises:
        StoreError: The store failed for longer than a run waits for it.
    """
    try:
        await run_spider(app, "feeds", shift=shift)
    finally:
        await shift.give_back()
    if shift.failure:
        raise shift.failure


@asynccontextmanager
async def warming(app: App) -> AsyncIterator[None]:
    """Let the parser processes start while the first feeds are asked."""
    task = asyncio.create_task(app.ingest.warm())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, StoreError):  # whoever needed one was told
            await task


@asynccontextmanager
async def interruptible(stop: Callable[[], None]) -> AsyncIterator[None]:
    """Let the first interrupt, termination or hang-up end the run cleanly.

    A second interrupt or termination ends it at once.
    """
    loop = asyncio.get_running_loop()
    ends = (*ENDS, *hang_ups())

    def first() -> None:
        for number in ENDS:
            loop.remove_signal_handler(number)
        stop()
        say("stopping: what is under way is finished first; once more ends it at once")

    for number in ends:
        loop.add_signal_handler(number, first)
    try:
        yield
    finally:
        for number in ends:
            loop.remove_signal_handler(number)
