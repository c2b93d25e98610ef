"""`kordon hosts`: what each host is spared and owed: pauses, holds, turns, work that waits."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer

from crawler.cli.console import Json, counted, print_facts, print_json, print_table, say
from crawler.cli.exits import EXIT_FAILED
from crawler.cli.feeds import state_of
from crawler.cli.session import opened
from crawler.errors import ConfigError, SourceError
from crawler.fetch.urls import host_of
from crawler.model import FeedState, Host
from crawler.ports import HostLedger, HostRecord

MONTH_DAYS = 30

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
    print_table(
        f"{counted(len(hosts), 'host')} with work", columns, [_row(one) for one in hosts[:limit]]
    )
    if len(hosts) > limit:
        say(f"{len(hosts) - limit} more: --limit {len(hosts)}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="HOST", help="A host, or an address on it.")],
    as_json: Json = False,
) -> None:
    """Show one host: when it may be asked next and why not sooner, and its feeds."""
    host, feeds, borne = asyncio.run(_host(host_named(name)))
    if not (feeds or borne.requests or host.next_turn or host.rests_until or host.held_until):
        say(f"kordon: nothing is known of the host {host.host}; see `kordon hosts list`")
        raise typer.Exit(EXIT_FAILED)
    if as_json:
        print_json({"host": host, "feeds": feeds, "ledger": borne})
        return
    print_facts(facts_of(host) | ledger_facts(borne))
    columns = ("feed", "outlet", "state", "next poll", "last outcome", "address")
    print_table(counted(len(feeds), "feed"), columns, [_feed_row(state) for state in feeds])


@app.command()
def ledger(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="HOST", help="These hosts alone.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=30, help="So many days, today included.")] = 7,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, most asked first.")] = 50,
    as_json: Json = False,
) -> None:
    """Show what hosts bore: requests, bytes, the share of 304, refusals, failures, waiting."""
    rows = asyncio.run(_ledger(days, [host_named(name) for name in names or ()]))[:limit]
    if as_json:
        print_json(rows)
        return
    columns = ("host", "requests", "bytes", "304", "refused", "failed", "mean answer")
    print_table(
        f"{counted(len(rows), 'host')} in {counted(days, 'day')}",
        columns,
        [_borne(row) for row in rows],
    )


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


def ledger_facts(row: HostLedger) -> dict[str, object]:
    """Return what a host bore in a month, under names for a person."""
    _, requests, size, unchanged, refused, failed, answer = _borne(row)
    return {
        "in 30 days": f"{requests} requests, {size} bytes, {unchanged} answered 304",
        "refusals": f"{refused}, and {failed} failures",
        "mean answer": answer,
    }


async def _ledger(days: int, hosts: Sequence[Host]) -> Sequence[HostLedger]:
    async with opened() as wired:
        return await wired.frontier.ledger(days, hosts)


async def _hosts() -> Sequence[HostRecord]:
    async with opened() as wired:
        return await wired.frontier.hosts()


async def _host(name: Host) -> tuple[HostRecord, Sequence[FeedState], HostLedger]:
    async with opened() as wired:
        (host,) = await wired.frontier.hosts([name])
        feeds = await wired.frontier.feeds()
        (borne,) = await wired.frontier.ledger(MONTH_DAYS, [name])
    return host, [state for state in feeds if _is_on(state, name)], borne


def _is_on(state: FeedState, host: Host) -> bool:
    try:
        return host_of(state.address) == host
    except SourceError:
        return False


def _row(host: HostRecord) -> tuple[object, ...]:
    return (
        host.host, host.next_turn, f"{host.pause.total_seconds():g} s", host.held_until,
        host.feeds, host.entries, host.due_feeds + host.due_entries,
    )  # fmt: skip


def _borne(row: HostLedger) -> tuple[object, ...]:
    share = row.not_modified / row.requests if row.requests else 0.0
    mean = row.milliseconds / row.requests if row.requests else 0.0
    return (
        row.host, row.requests, f"{row.bytes:,}", f"{share:.0%}", row.refused, row.failed,
        f"{mean:.0f} ms",
    )  # fmt: skip


def _feed_row(state: FeedState) -> tuple[object, ...]:
    feed = state.feed
    return feed.id, feed.outlet, state_of(state), state.next_poll, state.last_outcome, feed.url
