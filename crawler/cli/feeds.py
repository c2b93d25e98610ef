"""`kordon feeds`: what is polled and how it fares; taken in and out, paused, checked, exchanged.

Exit codes: 0 done; 1 nothing of what was asked could be done (no feed at the address, none
answered, an empty list); 2 a name, address or file cannot be used.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from crawler.app import App
from crawler.catalog.changes import Change, facts_changed, settled, single
from crawler.catalog.outlets import Catalogue
from crawler.checking import Checked
from crawler.cli.console import Json, counted, plain, print_json, print_table, say
from crawler.cli.crawling import run_spider
from crawler.cli.feed_lists import (
    Format,
    print_refused,
    print_unwanted,
    read_list,
    write_list,
    written,
)
from crawler.cli.health import health
from crawler.cli.session import opened
from crawler.errors import ConfigError
from crawler.model import Feed, FeedState

app = typer.Typer(
    help="See the feeds that are polled; add, remove, pause, check, import and export them.",
    no_args_is_help=True,
)

OFFERS_TRIED = 3  # feeds that a page leads to, the likeliest first
REMOVED = {"state": "removed", "next_poll": None}
NEXT_RUN = "kordon run polls what is new"

Named = Annotated[list[str], typer.Argument(help="Feeds by id, address or outlet.")]


@app.callback()
def group() -> None:
    """See the feeds that are polled; add, remove, pause, check, import and export them."""


# --- looking ---------------------------------------------------------------------------------


@app.command("list")
def list_feeds(
    removed: Annotated[bool, typer.Option("--removed", help="Those taken out instead.")] = False,
    as_json: Json = False,
) -> None:
    """Show every registered feed with its state, next poll and last outcome."""
    states = asyncio.run(_registered(removed=removed))
    if as_json:
        print_json([_facts(state) | (REMOVED if removed else {}) for state in states])
        return
    if not states:
        say("none is removed" if removed else
            "no feed is registered yet; `kordon run` registers the catalogue")  # fmt: skip
        return
    columns = ("outlet", "state", "next poll", "last outcome", "address")
    rows = [_removed_row(state) if removed else _row(state) for state in states]
    print_table(counted(len(states), "feed"), columns, rows)


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
        registered = [state.feed for state in await wired.frontier.feeds()]
        kept = [feed for feed in registered if feed.id not in out]
        _refuse_removed(names, kept, [feed for feed in registered if feed.id in out])
        chosen = chosen_feeds(kept, names)
        for feed in chosen:
            await wired.frontier.pause_feed(feed.id, paused=paused)
    _tell("paused" if paused else "resumed", chosen, as_json=as_json)


# --- adding and removing ---------------------------------------------------------------------


@app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="A feed, or a page of its outlet.")],
    outlet: Annotated[str, typer.Option(help="Its outlet's id; else the outlet of its host.")] = "",
    name: Annotated[str, typer.Option(help="The outlet's name; else the feed's title.")] = "",
    homepage: Annotated[str, typer.Option(help="Where a reader would go.")] = "",
    country: Annotated[str, typer.Option(help="ISO 3166, such as UA.")] = "",
    languages: Annotated[str, typer.Option(help="ISO 639, such as uk,ru.")] = "",
    time_zone: Annotated[str, typer.Option(help="Of its dates, such as Europe/Kyiv.")] = "",
    no_check: Annotated[bool, typer.Option("--no-check", help="Do not ask it first.")] = False,
    as_json: Json = False,
) -> None:
    """Take a feed in, once it has shown to be one; a feed that was removed comes back.

    Options that are given change what is known of its outlet; what changed is told.
    """
    facts = {"outlet_id": outlet, "name": name, "homepage": homepage, "country": country,
             "languages": languages, "time_zone": time_zone}  # fmt: skip
    _single(url, facts, Catalogue((), ()))  # what cannot be used is told before anything is asked
    raise typer.Exit(asyncio.run(_add(url, facts, check=not no_check, as_json=as_json)))


@dataclass(frozen=True, slots=True)
class Addition:
    """What taking in one feed did."""

    feed: Feed
    was: Feed | None  # as it was known
    added: tuple[Feed, ...]
    changed: Mapping[str, Change]  # facts of its outlet, which was known with others
    paused: bool


async def _add(url: str, facts: Mapping[str, str], *, check: bool, as_json: bool) -> int:
    async with opened() as wired:
        checked = await _found(wired, url) if check else Checked(url)
        done = await _taken_in(wired, checked, facts) if checked.is_feed else None
    if as_json:
        print_json({
            "added": done.added if done else (),
            "changed": {name: one.now for name, one in done.changed.items()} if done else {},
            "checked": checked if check else None,
        })  # fmt: skip
        return 0 if done else 1
    if done:
        _print_addition(done, _shown(checked) if check else url)
    else:
        say(f"kordon: nothing is added: {_shown(checked)}; --no-check adds it all the same")
    if checked.offers:
        say(f"{url} is a page that leads to: {', '.join(checked.offers)}")
    return 0 if done else 1


async def _taken_in(wired: App, checked: Checked, facts: Mapping[str, str]) -> Addition:
    known = await wired.listing.catalogue()
    given = _single(checked.url, facts, known, checked.title)
    (outlet,), (feed,) = given.outlets, given.feeds
    added = await wired.listing.add(given)
    paused = {state.feed.id for state in await wired.frontier.feeds() if state.paused}
    before = next((one for one in known.outlets if one.id == outlet.id), outlet)
    was = next((one for one in known.feeds if one.id == feed.id), None)
    return Addition(feed, was, added.feeds, facts_changed(before, outlet), feed.id in paused)


def _print_addition(done: Addition, shown: str) -> None:
    feed, resume = done.feed, f"`kordon feeds resume {done.feed.url}`"
    moved = done.was is not None and done.was.outlet != feed.outlet
    if done.was is None or not done.was.enabled:
        then = f"it is paused: {resume}" if done.paused else NEXT_RUN
        say(f"added to {feed.outlet}: {shown}; {then}")
    elif done.paused:
        say(f"known, and paused: {resume}")
    elif not moved and not done.changed:
        say(f"known already: {feed.url}")
    if done.was and moved:
        say(f"changed: {feed.url} belongs to {feed.outlet} (was {done.was.outlet})")
    if done.changed:
        say(f"changed of {feed.outlet}: {', '.join(map(_told, done.changed.items()))}")


def _told(fact: tuple[str, Change]) -> str:
    name, change = fact
    was = f" (was {plain(change.was)})" if change.was else ""
    return f"{name.replace('_', ' ')} {plain(change.now)}{was}"


async def _found(wired: App, url: str) -> Checked:
    """Return what an address showed; of a web page the best of the feeds that it leads to."""
    checked = (await _asked(wired, [url], quiet=True))[0]
    for offer in checked.offers[:OFFERS_TRIED]:
        found = (await _asked(wired, [offer], quiet=True))[0]
        if found.is_feed:
            return replace(found, offers=checked.offers)
    return checked


def _single(url: str, facts: Mapping[str, str], known: Catalogue, title: str = "") -> Catalogue:
    try:
        return single(url, facts, known, title)
    except ConfigError as error:  # which speaks of columns, where options were given
        _, column, said = error.problem.partition("column ")
        name, _, problem = said.partition(": ")
        option = f"--{name.removesuffix('_id').replace('_', '-')}"
        told = f"{option}: {problem}" if column else error.problem
        raise ConfigError(told, error.remedy) from error


@app.command()
def remove(feeds: Named, as_json: Json = False) -> None:
    """Take feeds out for good; no catalogue brings them back, only `feeds add` does."""
    asyncio.run(_remove(feeds, as_json=as_json))


async def _remove(names: Sequence[str], *, as_json: bool) -> None:
    async with opened() as wired:
        out = (await wired.subscriptions.changes()).removed
        registered = [state.feed for state in await wired.frontier.feeds()]
        listed = {feed.id: feed for feed in (*(await wired.listing.catalogue()).feeds, *registered)}
        chosen = chosen_feeds([feed for id_, feed in listed.items() if id_ not in out], names)
        await wired.listing.remove(chosen)
    _tell("removed", chosen, as_json=as_json)


# --- exchanging lists ------------------------------------------------------------------------


@app.command("import")
def import_feeds(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A list of feeds, CSV or OPML.")],
    as_json: Json = False,
) -> None:
    """Take in the feeds of a list, but for removed ones; OPML leaves known facts as they are."""
    raise typer.Exit(asyncio.run(_import(file, as_json=as_json)))


async def _import(file: Path, *, as_json: bool) -> int:
    found = read_list(file)
    async with opened() as wired:
        known = await wired.listing.catalogue()
        given = found.catalogue if found.has_facts else settled(found.catalogue, known)
        taken = await wired.listing.take_in(given)
    listed = len(found.catalogue.feeds)
    if as_json:
        refused = [{"address": address, "reason": reason} for address, reason in found.refused]
        print_json({"listed": listed, "added": taken.new.feeds, "refused": refused,
                    "removed": taken.unwanted})  # fmt: skip
    else:
        print_refused(found.refused)
        if not listed:
            say(f"kordon: {file} lists no feed")
            return 1
        new = len(taken.new.feeds)
        say(f"{counted(listed, 'feed')} listed, {new} of them new or changed; {NEXT_RUN}")
        print_unwanted(taken.unwanted)
    return 0 if listed else 1


@app.command("export")
def export_feeds(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="Where to; else standard output.")
    ] = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="Else by the file's name; CSV has all facts.")
    ] = None,
) -> None:
    """Write the catalogue with all changes made to it; OPML holds only what is polled."""
    by_name = Format.OPML if file and file.suffix.lower() in {".opml", ".xml"} else Format.CSV
    text = written(asyncio.run(_catalogue()), form or by_name)
    if file is None:
        typer.echo(text, nl=False)
    else:
        was_there = file.exists()
        write_list(file, text)
        say(f"{'replaced' if was_there else 'written'}: {file}")


async def _catalogue() -> Catalogue:
    async with opened() as wired:
        return await wired.listing.catalogue()


# --- verifying -------------------------------------------------------------------------------


@app.command()
def verify(
    feeds: Annotated[
        list[str] | None, typer.Argument(help="Feeds by id, address or outlet; else unverified.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Verified feeds as well.")] = False,
    as_json: Json = False,
) -> None:
    """Ask feeds nobody has seen answer, politely; those that are feeds are polled from then on.

    A feed that does not answer is left as it is.
    """
    raise typer.Exit(asyncio.run(_verify(feeds or [], everything=everything, as_json=as_json)))


async def _verify(names: Sequence[str], *, everything: bool, as_json: bool) -> int:
    async with opened() as wired:
        listed = (await wired.listing.catalogue()).feeds
        chosen = chosen_feeds(listed, names) if names else [
            feed for feed in listed if everything or not feed.verified
        ]  # fmt: skip
        if not chosen:
            say("every feed is verified; --all asks them all")
            return 0
        checked = await _asked(wired, [feed.url for feed in chosen], quiet=as_json)
        answering = {one.url for one in checked if one.is_feed}
        good = [replace(f, enabled=True, verified=True) for f in chosen if f.url in answering]
        enabled = await wired.listing.add(Catalogue((), tuple(good)))
    if as_json:
        print_json({"checked": checked, "enabled": enabled.feeds})
    else:
        say(
            f"{len(good)} of {len(chosen)} feeds answer, {len(enabled.feeds)} of them newly enabled"
        )
    return 0 if good else 1


async def _asked(wired: App, addresses: Sequence[str], *, quiet: bool) -> list[Checked]:
    """Return what each address showed, as answers came; tell each at once unless quiet."""
    checked: list[Checked] = []

    def found(one: Checked) -> None:
        checked.append(one)
        if not quiet:
            say(f"{len(checked)}/{len(addresses)} {_shown(one)}")

    await run_spider(wired, "check", addresses=addresses, found=found)
    return checked


def _shown(one: Checked) -> str:
    if one.is_feed:
        return f"{one.url}: {one.entries} entries" + (f" ({one.title})" if one.title else "")
    return f"{one.url}: {one.reason} ({one.problem})"


# --- naming and showing ----------------------------------------------------------------------


def chosen_feeds(feeds: Sequence[Feed], names: Sequence[str]) -> Sequence[Feed]:
    """Return the feeds that ids, addresses or outlets name.

    Raises:
        ConfigError: A name stands for no feed; nothing is done to the others either.
    """
    for name in names:
        if not any(name in _names(feed) for feed in feeds):
            raise ConfigError(f"no feed is known as {name!r}", "see `kordon feeds list`")
    return [feed for feed in feeds if not _names(feed).isdisjoint(names)]


def _refuse_removed(names: Sequence[str], kept: Sequence[Feed], removed: Sequence[Feed]) -> None:
    polled = frozenset[str]().union(*map(_names, kept))
    for feed in removed:
        if any(name in _names(feed) and name not in polled for name in names):
            raise ConfigError(f"{feed.url} is removed", "`kordon feeds add` takes it back")


def _names(feed: Feed) -> frozenset[str]:
    return frozenset({feed.id, feed.url, feed.outlet})


def _tell(done: str, feeds: Sequence[Feed], *, as_json: bool) -> None:
    if as_json:
        print_json({done: [feed.id for feed in feeds]})
    else:
        say(f"{done}: {', '.join(feed.url for feed in feeds)}")


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
    return (state.feed.outlet, state_of(state), state.next_poll, state.last_outcome, state.feed.url)


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
