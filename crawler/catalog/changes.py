"""What an operator changes about a catalogue: outlets and feeds of their own, feeds not wanted."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlsplit

from crawler.catalog.opml import identifier_of
from crawler.catalog.outlets import (
    Catalogue,
    address_of,
    feed_id,
    read_catalogue,
    write_catalogue,
)
from crawler.errors import ConfigError
from crawler.model import Feed, FeedId, Outlet, OutletId


@dataclass(frozen=True, slots=True)
class Changes:
    """Outlets and feeds that stand beside or in place of others, by id, and feeds taken out."""

    outlets: tuple[Outlet, ...] = ()
    feeds: tuple[Feed, ...] = ()
    removed: frozenset[FeedId] = frozenset()


def changed(catalogue: Catalogue, changes: Changes) -> Catalogue:
    """Return the catalogue with the changes made; what is new comes last."""
    outlets = {outlet.id: outlet for outlet in (*catalogue.outlets, *changes.outlets)}
    feeds = {feed.id: feed for feed in (*catalogue.feeds, *changes.feeds)}
    kept = (feed for feed in feeds.values() if feed.id not in changes.removed)
    return Catalogue(tuple(outlets.values()), tuple(kept))


def at_rest(catalogue: Catalogue) -> Catalogue:
    """Return the catalogue with none of its feeds polled; who its outlets are stays known."""
    feeds = tuple(replace(feed, enabled=False) for feed in catalogue.feeds)
    return Catalogue(catalogue.outlets, feeds)


def differing(given: Catalogue, known: Catalogue) -> Catalogue:
    """Return of a given catalogue only what the known one does not say already."""
    outlets, feeds = frozenset(known.outlets), frozenset(known.feeds)
    return Catalogue(
        tuple(outlet for outlet in given.outlets if outlet not in outlets),
        tuple(feed for feed in given.feeds if feed not in feeds),
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that became another."""

    was: object
    now: object


def facts_changed(before: Outlet, after: Outlet) -> Mapping[str, Change]:
    """Return what differs between two tellings of an outlet, by the fact's name."""
    pairs = {one.name: (getattr(before, one.name), getattr(after, one.name))
             for one in fields(Outlet)}  # fmt: skip
    return {name: Change(was, now) for name, (was, now) in pairs.items() if was != now}


def settled(given: Catalogue, known: Catalogue) -> Catalogue:
    """Return a list that knows no outlets as one of this catalogue's.

    A feed that is known keeps all its facts and is enabled; any other goes to the known outlet
    of its host, if there is one.
    """
    feeds = {feed.id: feed for feed in known.feeds}
    outlets = {_host(outlet.homepage): outlet.id for outlet in known.outlets if outlet.homepage}
    hosts = {outlet.id: _host(outlet.homepage) for outlet in given.outlets}
    found = [
        replace(feeds[feed.id], enabled=True)
        if feed.id in feeds
        else replace(feed, outlet=_publisher(feed, hosts[feed.outlet], outlets))
        for feed in given.feeds
    ]
    needed = {feed.outlet for feed in found} - {outlet.id for outlet in known.outlets}
    return Catalogue(tuple(outlet for outlet in given.outlets if outlet.id in needed), tuple(found))


def single(url: str, facts: Mapping[str, str], known: Catalogue, title: str = "") -> Catalogue:
    """Return the catalogue of one feed, under an outlet that is known or made of what is given.

    Args:
        url: The feed's address.
        facts: Columns of a catalogue's row; what is empty is as known, or unknown.
        known: Where to look for the outlet: by its id, else by the feed, else by the host.
        title: What a new outlet is called unless the facts say so.

    Raises:
        ConfigError: The address or a fact cannot be used.
    """
    _check_address(url)
    outlets = {outlet.id: outlet for outlet in known.outlets}
    by_host = {_host(outlet.homepage): outlet.id for outlet in known.outlets if outlet.homepage}
    host = _host(url)
    by_feed = {feed.url: feed.outlet for feed in known.feeds}
    found = by_feed.get(url) or by_host.get(host) or identifier_of(host)
    name = OutletId(facts.get("outlet_id") or found)
    outlet = outlets.get(name) or Outlet(name, title or host)
    return _with_facts(Catalogue((outlet,), (Feed(feed_id(url), name, url),)), facts)


def _check_address(url: str) -> None:
    try:
        usable = bool(address_of(url))
    except ValueError as error:
        raise ConfigError(f"{url!r} cannot be polled", str(error)) from error
    if not usable:
        raise ConfigError("the address is empty", "give one that begins with https://")


def _with_facts(one: Catalogue, facts: Mapping[str, str]) -> Catalogue:
    """Write the catalogue, change its one row, and read it again under the rules of all rows."""
    (row,) = csv.DictReader(io.StringIO(write_catalogue(one)))
    row |= {column: value for column, value in facts.items() if value}
    table = io.StringIO()
    writer = csv.DictWriter(table, row)
    writer.writeheader()
    writer.writerow(row)
    return read_catalogue(table.getvalue(), "the options")


def _publisher(feed: Feed, host: str, outlets: Mapping[str, OutletId]) -> OutletId:
    return outlets.get(host) or outlets.get(_host(feed.url)) or feed.outlet


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").removeprefix("www.")
