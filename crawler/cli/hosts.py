"""`kordon hosts`: what each host is spared and owed: pauses, holds, turns, work that waits."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from crawler.cli.console import Json, print_facts, print_json, print_table, say
from crawler.cli.feeds import state_of
from crawler.cli.session import opened
from crawler.errors import ConfigError, SourceError
from crawler.fetch.urls import host_of
from crawler.model import FeedState, Host
from crawler.ports import HostRecord

app = typer.Typer(help="The hosts that are asked: turns, pauses, waiting work.",
                  no_args_is_help=True)  # fmt: skip


@app.callback()
def group() -> None:
    """The hosts that are asked: turns, pauses, waiting work."""


@app.command("list")
def list_hosts(
    limit: Annotated[int, typer.Option(min=1, help="At most so many, next turn first.")] = 50,
    as_json: Json = False,
) -> None:
    """Show the hosts with queued work, the next to be asked first."""
    hosts = asyncio.run(_hosts())
    if as_json:
        print_json(hosts[:limit])
        return
    columns = ("host", "next turn", "pause", "held until", "feeds", "entries", "due")
    print_table(f"{len(hosts)} hosts with work", columns, [_row(one) for one in hosts[:limit]])
    if len(hosts) > limit:
        say(f"{len(hosts) - limit} more: --limit {len(hosts)}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="HOST", help="A host, or an address on it.")],
    as_json: Json = False,
) -> None:
    """Show one host: when it may be asked next and why not sooner, and its feeds."""
    host, feeds = asyncio.run(_host(host_named(name)))
    if as_json:
        print_json({"host": host, "feeds": feeds})
        return
    print_facts(facts_of(host))
    columns = ("feed", "outlet", "state", "next poll", "last outcome", "address")
    print_table(f"{len(feeds)} feeds", columns, [_feed_row(state) for state in feeds])


def host_named(name: str) -> Host:
    """Return the host of an address, or of its bare name.

    Raises:
        ConfigError: It is neither.
    """
    try:
        return host_of(name if "://" in name else f"https://{name}")
    except SourceError as error:
        raise ConfigError(
            f"{name!r} is no host ({error.reason})", "write www.example.org"
        ) from error


def facts_of(host: HostRecord) -> dict[str, object]:
    """Return what is known of a host, under names for a person."""
    return {
        "host": host.host,
        "pause": f"{host.pause.total_seconds():g} s between requests",
        "next turn": host.next_turn or "nothing is queued",
        "rests until": host.rests_until,
        "held until": host.held_until,
        "worked on until": host.leased_until,
        "feeds": f"{host.feeds} queued, {host.due_feeds} due",
        "entries": f"{host.entries} queued, {host.due_entries} due",
    }


async def _hosts() -> Sequence[HostRecord]:
    async with opened() as wired:
        return await wired.frontier.hosts()


async def _host(name: Host) -> tuple[HostRecord, Sequence[FeedState]]:
    async with opened() as wired:
        (host,) = await wired.frontier.hosts([name])
        feeds = await wired.frontier.feeds()
    return host, [state for state in feeds if _is_on(state, name)]


def _is_on(state: FeedState, host: Host) -> bool:
    try:
        return host_of(state.feed.url) == host
    except SourceError:
        return False


def _row(host: HostRecord) -> tuple[object, ...]:
    return (
        host.host, host.next_turn, f"{host.pause.total_seconds():g} s", host.held_until,
        host.feeds, host.entries, host.due_feeds + host.due_entries,
    )  # fmt: skip


def _feed_row(state: FeedState) -> tuple[object, ...]:
    feed = state.feed
    return feed.id, feed.outlet, state_of(state), state.next_poll, state.last_outcome, feed.url
