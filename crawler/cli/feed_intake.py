"""`kordon feeds add|verify|remove`: feeds taken in once they were seen to answer, and taken out.

Adds these to the verbs of `feeds`.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urljoin

import typer

from crawler.app import App
from crawler.catalog.changes import Change, facts_changed, single
from crawler.catalog.outlets import Catalogue
from crawler.checking import ROBOTS_FILE, Checked
from crawler.cli.console import Json, plain, print_json, say
from crawler.cli.crawling import run_spider
from crawler.cli.exits import EXIT_FAILED
from crawler.cli.feeds import Named, app, chosen_feeds, tell
from crawler.cli.session import opened
from crawler.errors import ConfigError
from crawler.listing import polled_address
from crawler.model import Feed

OFFERS_TRIED = 3  # feeds that a page leads to, the likeliest first
NEXT_RUN = "kordon run polls what is new"


# --- adding ----------------------------------------------------------------------------------


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
    url = polled_address(url)
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
        return 0 if done else EXIT_FAILED
    if done:
        _print_addition(done, _shown(checked) if check else url)
    else:
        say(f"kordon: nothing is added: {_shown(checked)}; --no-check adds it all the same")
    if checked.offers:
        say(f"{url} is a page that leads to: {', '.join(checked.offers)}")
    return 0 if done else EXIT_FAILED


async def _taken_in(wired: App, checked: Checked, facts: Mapping[str, str]) -> Addition:
    known = await wired.listing.catalogue()
    given = _single(polled_address(checked.url), facts, known, checked.title)
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
    """Return what an address showed; of a web page the best of the feeds that it leads to.

    Where none of them answers, the best of the sitemaps that the robots file names, if it lists
    recent pages.
    """
    checked = await _one(wired, url)
    if not checked.offers:
        return checked
    for offer in checked.offers[:OFFERS_TRIED]:
        found = await _one(wired, offer)
        if found.is_feed:
            return replace(found, offers=checked.offers)
    robots = await _one(wired, urljoin(url, ROBOTS_FILE))
    for offer in robots.offers[:OFFERS_TRIED]:
        found = await _one(wired, offer)
        if found.entries:
            return replace(found, offers=robots.offers)
    return replace(checked, offers=(*checked.offers, *robots.offers))


async def _one(wired: App, url: str) -> Checked:
    return (await _asked(wired, [url], quiet=True))[0]


def _single(url: str, facts: Mapping[str, str], known: Catalogue, title: str = "") -> Catalogue:
    try:
        return single(url, facts, known, title)
    except ConfigError as error:  # which speaks of columns, where options were given
        _, column, said = error.problem.partition("column ")
        name, _, problem = said.partition(": ")
        option = f"--{name.removesuffix('_id').replace('_', '-')}"
        told = f"{option}: {problem}" if column else error.problem
        raise ConfigError(told, error.remedy) from error


# --- removing --------------------------------------------------------------------------------


@app.command()
def remove(feeds: Named, as_json: Json = False) -> None:
    """Take feeds out for good; no catalogue brings them back, only `feeds add` does."""
    asyncio.run(_remove(feeds, as_json=as_json))


async def _remove(names: Sequence[str], *, as_json: bool) -> None:
    async with opened() as wired:
        out = (await wired.subscriptions.changes()).removed
        registered = [state.feed for state in await wired.frontier.feeds()]
        listed = {feed.id: feed for feed in (*(await wired.listing.catalogue()).feeds, *registered)}
        chosen = chosen_feeds(listed.values(), names, out)
        await wired.listing.remove(chosen)
    tell("removed", chosen, as_json=as_json)


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
        if not chosen and not as_json:
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
    return 0 if good or not chosen else EXIT_FAILED


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
