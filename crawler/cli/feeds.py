"""`kordon feeds`: what is polled and how it fares; paused, and named.

Exit codes: 0 done; 1 nothing of what was asked could be done (no feed at the address, none
answered, an empty list); 2 a name, address or file cannot be used.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Annotated

import typer

from crawler.cli.console import Json, counted, print_json, print_table, say
from crawler.cli.health import health
from crawler.cli.session import opened
from crawler.errors import ConfigError
from crawler.listing import polled_address
from crawler.model import Feed, FeedId, FeedState

app = typer.Typer(
    help="See the feeds that are polled; add, remove, pause, check, import and export them.",
    no_args_is_help=True,
)

REMOVED = {"state": "removed", "next_poll": None}


class State(StrEnum):
    """What keeps a feed from being polled well, or that nothing does."""

    ACTIVE = "active"
    NEW = "new"  # not polled yet
    FAILING = "failing"
    PAUSED = "paused"
    DISABLED = "disabled"


Named = Annotated[list[str], typer.Argument(help="Feeds by id, address or outlet.")]


@app.callback()
def group() -> None:
    """See the feeds that are polled; add, remove, pause, check, import and export them."""


# --- looking ---------------------------------------------------------------------------------


@app.command("list")
def list_feeds(
    removed: Annotated[bool, typer.Option("--removed", help="Those taken out instead.")] = False,
    state: Annotated[
        list[State] | None, typer.Option(help="Only those in this state (repeatable).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show every registered feed with its state, next poll and last outcome; disabled ones last."""
    found = asyncio.run(_registered(removed=removed))
    states = sorted((one for one in found if not state or state_of(one) in state), key=_place)
    if as_json:
        print_json([_facts(state) | (REMOVED if removed else {}) for state in states])
        return
    if not states:
        say("none is removed" if removed else "no feed is in this state" if state else
            "no feed is registered yet; `kordon run` registers the catalogue")  # fmt: skip
        return
    columns = ("outlet", "state", "next poll", "last outcome", "address")
    rows = [_removed_row(state) if removed else _row(state) for state in states]
    print_table(counted(len(states), "feed"), columns, rows)


def _place(state: FeedState) -> tuple[bool, str, str]:
    return (not state.feed.enabled, state.feed.outlet, state.feed.url)


async def _registered(*, removed: bool) -> Sequence[FeedState]:
    async with opened() as wired:
        out = (await wired.subscriptions.changes()).removed
        return [s for s in await wired.frontier.feeds() if (s.feed.id in out) == removed]


app.command()(health)


# --- pausing ---------------------------------------------------------------------------------


@app.command()
def pause(feeds: Named, as_json: Json = False) -> None:
    """Stop polling feeds until they are resumed; nothing learned about them is lost."""
    asyncio.run(_pause(feeds, paused=True, as_json=as_json))


@app.command()
def resume(feeds: Named, as_json: Json = False) -> None:
    """Poll paused feeds again."""
    asyncio.run(_pause(feeds, paused=False, as_json=as_json))


async def _pause(names: Sequence[str], *, paused: bool, as_json: bool) -> None:
    async with opened() as wired:
        out = (await wired.subscriptions.changes()).removed
        chosen = chosen_feeds([one.feed for one in await wired.frontier.feeds()], names, out)
        for feed in chosen:
            await wired.frontier.pause_feed(feed.id, paused=paused)
    tell("paused" if paused else "resumed", chosen, as_json=as_json)


# --- naming and showing ----------------------------------------------------------------------


def chosen_feeds(
    feeds: Iterable[Feed], names: Sequence[str], removed: Collection[FeedId] = ()
) -> Sequence[Feed]:
    """Return the feeds that ids, addresses or outlets name, but for those that were removed.

    Raises:
        ConfigError: A name stands for no feed, or for removed ones alone; nothing is done to the
            others either.
    """
    known = list(feeds)
    for name in names:
        meant = [feed for feed in known if not _names(feed).isdisjoint(_spellings(name))]
        if not meant:
            raise ConfigError(f"no feed is known as {name!r}", "see `kordon feeds list`")
        if all(feed.id in removed for feed in meant):
            raise ConfigError(f"{meant[0].url} is removed", "`kordon feeds add` takes it back")
    asked = {spelling for name in names for spelling in _spellings(name)}
    return [feed for feed in known if feed.id not in removed and not _names(feed).isdisjoint(asked)]


def _spellings(name: str) -> Iterator[str]:
    """Yield a name as it was given, and an address as it is known."""
    yield name
    with suppress(ConfigError):  # an id, or an outlet
        yield polled_address(name)


def _names(feed: Feed) -> frozenset[str]:
    return frozenset({feed.id, feed.url, feed.outlet})


def tell(done: str, feeds: Sequence[Feed], *, as_json: bool) -> None:
    """Say what was done to feeds."""
    if as_json:
        print_json({done: [feed.id for feed in feeds]})
    else:
        say(f"{done}: {', '.join(feed.url for feed in feeds)}")


def state_of(state: FeedState) -> State:
    """Return in one word what keeps a feed from being polled well, or that nothing does."""
    if not state.feed.enabled:
        return State.DISABLED
    if state.paused:
        return State.PAUSED
    if state.failures:
        return State.FAILING
    return State.ACTIVE if state.last_poll else State.NEW


def _row(state: FeedState) -> tuple[object, ...]:
    found = state_of(state)
    due = None if found in {State.PAUSED, State.DISABLED} else state.next_poll
    return (state.feed.outlet, found, due, state.last_outcome, state.feed.url)


def _removed_row(state: FeedState) -> tuple[object, ...]:
    return (state.feed.outlet, "removed", None, state.last_outcome, state.feed.url)


def _facts(state: FeedState) -> dict[str, object]:
    return {
        "id": state.feed.id,
        "outlet": state.feed.outlet,
        "url": state.feed.url,
        "state": state_of(state),
        "paused": state.paused,
        "verified": state.feed.verified,
        "next_poll": state.next_poll,
        "last_poll": state.last_poll,
        "last_new": state.last_new,
        "last_outcome": state.last_outcome,
        "failures": state.failures,
        "interval_seconds": state.interval_seconds,
    }
