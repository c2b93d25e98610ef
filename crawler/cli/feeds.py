"""`kordon feeds`: what is polled, when next, how the last poll went; pausing and resuming."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from crawler.cli.console import Json, print_json, print_table, say
from crawler.cli.session import opened
from crawler.errors import ConfigError
from crawler.model import FeedState

app = typer.Typer(
    help="See the feeds that are polled, pause and resume them.", no_args_is_help=True
)

Named = Annotated[list[str], typer.Argument(help="Feeds by id, address or outlet.")]


@app.callback()
def group() -> None:
    """See the feeds that are polled, pause and resume them."""


@app.command("list")
def list_feeds(as_json: Json = False) -> None:
    """Show every registered feed with its state, next poll and last outcome."""
    states = asyncio.run(_registered())
    if as_json:
        print_json([_facts(state) for state in states])
        return
    if not states:
        say("no feed is registered yet; `kordon run` registers the catalogue")
        return
    columns = ("id", "outlet", "state", "next poll", "last poll", "last outcome", "address")
    print_table(f"{len(states)} feeds", columns, [_row(state) for state in states])


@app.command()
def pause(feeds: Named, as_json: Json = False) -> None:
    """Stop polling feeds until they are resumed; nothing learned about them is lost."""
    asyncio.run(_pause(feeds, paused=True, as_json=as_json))


@app.command()
def resume(feeds: Named, as_json: Json = False) -> None:
    """Poll paused feeds again."""
    asyncio.run(_pause(feeds, paused=False, as_json=as_json))


async def _registered() -> Sequence[FeedState]:
    async with opened() as wired:
        return await wired.frontier.feeds()


async def _pause(names: Sequence[str], *, paused: bool, as_json: bool) -> None:
    async with opened() as wired:
        chosen = chosen_feeds(await wired.frontier.feeds(), names)
        for state in chosen:
            await wired.frontier.pause_feed(state.feed.id, paused=paused)
    done = "paused" if paused else "resumed"
    if as_json:
        print_json({done: [state.feed.id for state in chosen]})
    else:
        say(f"{done}: {', '.join(state.feed.url for state in chosen)}")


def chosen_feeds(states: Sequence[FeedState], names: Sequence[str]) -> Sequence[FeedState]:
    """Return the feeds that ids, addresses or outlets name.

    Raises:
        ConfigError: A name stands for no feed; nothing is done to the others either.
    """
    for name in names:
        if not any(name in _names(state) for state in states):
            raise ConfigError(f"no feed is known as {name!r}", "see `kordon feeds list`")
    return [state for state in states if not _names(state).isdisjoint(names)]


def _names(state: FeedState) -> frozenset[str]:
    return frozenset({state.feed.id, state.feed.url, state.feed.outlet})


def state_of(state: FeedState) -> str:
    """Return in one word what keeps a feed from being polled well, or that nothing does."""
    if not state.feed.enabled:
        return "disabled"
    if state.paused:
        return "paused"
    if state.failures:
        return "failing"
    return "active" if state.last_poll else "new"


def _row(state: FeedState) -> tuple[object, ...]:
    return (
        state.feed.id, state.feed.outlet, state_of(state), state.next_poll, state.last_poll,
        state.last_outcome, state.feed.url,
    )  # fmt: skip


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
