"""Outlets and their feeds, as a table of comma-separated values.

The shipped table and an operator's own have one format: docs/reference/catalogue.md.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from typing import NoReturn, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.catalog.codes import COUNTRIES, LANGUAGES
from crawler.errors import ConfigError
from crawler.model import Feed, FeedId, Outlet, OutletId, Redistribution, Screening, id_of

T = TypeVar("T")

MAX_FEEDS = 100_000
REQUIRED = ("outlet_id", "name", "homepage", "feed_url")
OPTIONAL = (
    "enabled", "verified", "country", "languages", "kind", "state_controlled", "time_zone",
    "redistribute", "keep_text_days", "closed", "screen",
)  # fmt: skip

_MAX_ADDRESS = 2_048  # characters
_MOST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Who publishes and where we ask; every feed's outlet is among the outlets."""

    outlets: tuple[Outlet, ...]
    feeds: tuple[Feed, ...]


def feed_id(url: str) -> FeedId:
    """Return a feed's id: twelve hex digits of its address, the same in every catalogue."""
    return FeedId(id_of(url)[:12])


def shipped_catalogue() -> Catalogue:
    """Return the outlets and feeds that come with Kordon."""
    table = files("crawler.catalog").joinpath("data", "outlets.csv")
    return read_catalogue(table.read_text(encoding="utf-8"), "the shipped outlets.csv")


def read_catalogue(text: str, source: str) -> Catalogue:
    """Return the catalogue a table holds; one row a feed, several rows for an outlet's several.

    Args:
        text: Comma-separated values with a row of column names.
        source: What the table is called in an error, such as its path.

    Raises:
        ConfigError: A column is missing or a value cannot be used; names line and column.
    """
    outlets: dict[OutletId, Outlet] = {}
    feeds: dict[str, Feed] = {}
    for row in _rows(text.removeprefix("\ufeff"), source):
        outlet = row.outlet()
        if outlets.setdefault(outlet.id, outlet) != outlet:
            row.refuse(
                "outlet_id",
                f"{outlet.id!r} stood for another outlet above",
                "give each outlet an id of its own, or equal facts in all its rows",
            )
        feed = row.feed(outlet.id)
        if feed is not None and feeds.setdefault(feed.url, feed) is not feed:
            row.refuse("feed_url", f"{feed.url} is listed above", "keep one of the rows")
    if len(feeds) > MAX_FEEDS:
        raise ConfigError(f"{source} lists over {MAX_FEEDS} feeds", "split it")
    return Catalogue(tuple(outlets.values()), tuple(feeds.values()))


def write_catalogue(catalogue: Catalogue) -> str:
    """Return the table that `read_catalogue` reads back as the same catalogue."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow((*REQUIRED, *OPTIONAL))
    for outlet in catalogue.outlets:
        feeds = [feed for feed in catalogue.feeds if feed.outlet == outlet.id]
        rows = [_written(outlet, feed) for feed in feeds] or [_written(outlet, None)]
        writer.writerows(rows)
    return stream.getvalue()


# --- rows ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the table that knows where it stands."""

    source: str
    line: int
    values: Mapping[str, str]

    def outlet(self) -> Outlet:
        return Outlet(
            id=self.read("outlet_id", _identifier),
            name=self.read("name", _name),
            homepage=self.read("homepage", address_of),
            country=self.read("country", _country),
            languages=self.read("languages", _languages),
            kind=self.read("kind", _kind),
            state_controlled=self.read("state_controlled", _yes_or_no),
            time_zone=self.read("time_zone", _time_zone),
            redistribute=self.read("redistribute", _redistribution),
            keep_text_days=self.read("keep_text_days", _days),
            closed=self.read("closed", _yes_or_no),
            screen=self.read("screen", _screening),
        )

    def feed(self, outlet: OutletId) -> Feed | None:
        url = self.read("feed_url", address_of)
        if not url:
            return None
        enabled, verified = (
            self.read(name, _yes_or_no) if self.values[name] else True
            for name in ("enabled", "verified")
        )
        return Feed(feed_id(url), outlet, url, enabled, verified)

    def read(self, column: str, meaning: Callable[[str], T]) -> T:
        value = self.values[column]
        try:
            return meaning(value)
        except ValueError as error:
            self.refuse(column, f"{value!r} cannot be used", str(error))

    def refuse(self, column: str, problem: str, remedy: str) -> NoReturn:
        raise ConfigError(f"{self.source} line {self.line}, column {column}: {problem}", remedy)


def _rows(text: str, source: str) -> Iterator[_Row]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, restkey="")
    try:
        _check_columns(reader.fieldnames or (), source)
        for values in reader:
            row = _Row(source, reader.line_num, _stripped(values))
            if "" in values:
                row.refuse(reader.fieldnames[-1], "more values than columns",  # type: ignore[index]
                           'put values that hold a comma in "quotes"')  # fmt: skip
            for name, value in values.items():
                if value is None:
                    row.refuse(name, "fewer values than columns",
                               "write a comma for each value that is left out")  # fmt: skip
            yield row
    except csv.Error as error:
        raise ConfigError(f"{source} line {reader.line_num}: {error}", "write it as CSV") from error


def _stripped(values: Mapping[str, str]) -> Mapping[str, str]:
    return {name: (values.get(name) or "").strip() for name in (*REQUIRED, *OPTIONAL)}


def _check_columns(names: Sequence[str], source: str) -> None:
    for name in REQUIRED:
        if name not in names:
            raise ConfigError(
                f"{source} line 1: the column {name} is missing",
                f"begin the table with {','.join(REQUIRED)}, separated by commas",
            )
    for name in names:
        near = get_close_matches(name, (*REQUIRED, *OPTIONAL), n=1, cutoff=0.8)
        if near and near[0] != name:
            raise ConfigError(f"{source} line 1: no column is called {name}", f"write {near[0]}")


def _written(outlet: Outlet, feed: Feed | None) -> tuple[str, ...]:
    return (
        outlet.id,
        outlet.name,
        outlet.homepage,
        feed.url if feed else "",
        _yes(feed.enabled) if feed else "",
        _yes(feed.verified) if feed else "",
        outlet.country,
        ",".join(outlet.languages),
        outlet.kind,
        _yes(outlet.state_controlled),
        outlet.time_zone,
        outlet.redistribute,
        str(outlet.keep_text_days),
        _yes(outlet.closed),
        outlet.screen,
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"


# --- values: each returns what a text means, or raises the remedy ----------------------------

_FEED_AHEAD = re.compile(r"^feed:(?://)?(?=https?://)", re.IGNORECASE)
_FEED_OVER_HTTP = re.compile(r"^feed://", re.IGNORECASE)
_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def _identifier(text: str) -> OutletId:
    if not _IDENTIFIER.fullmatch(text):
        raise ValueError("use up to 64 letters, digits, dots and hyphens")
    return OutletId(text)


def _name(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("give a name in letters that can be printed")
    return text


def address_of(text: str) -> str:
    """Return an http(s) address that may be polled; raises `ValueError` with the remedy.

    Readers also write `feed:https://...`, and `feed://...` for http.
    """
    text = _FEED_OVER_HTTP.sub("http://", _FEED_AHEAD.sub("", text))
    if not text:
        return ""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("give an address that begins with https:// or http://")
    if parts.username is not None or len(text) > _MAX_ADDRESS or not text.isprintable():
        raise ValueError("give a plain address without a password")
    return text


def _country(text: str) -> str:
    if text and text not in COUNTRIES:
        raise ValueError("give two capitals, as in ISO 3166 (UA, PL, GB)")
    return text


def _languages(text: str) -> tuple[str, ...]:
    languages = tuple(text.replace(",", " ").split())
    if not LANGUAGES.issuperset(languages):
        raise ValueError("give codes of two letters, as in ISO 639-1 (uk,ru)")
    return languages


def _kind(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z -]{0,31}|", text):
        raise ValueError("give a word such as agency, national or regional, or nothing")
    return text


def _time_zone(text: str) -> str:
    try:
        return ZoneInfo(text).key if text else ""
    except (ValueError, OSError, LookupError) as error:
        raise ValueError("give a name such as Europe/Kyiv, or nothing") from error


def _redistribution(text: str) -> Redistribution:
    try:
        return Redistribution(text or "excerpt")
    except ValueError as error:
        raise ValueError("give link, excerpt or full") from error


def _screening(text: str) -> Screening:
    try:
        return Screening(text)
    except ValueError as error:
        raise ValueError("give yes, no or nothing") from error


def _days(text: str) -> int:
    days = int(text or 90) if re.fullmatch(r"\d{0,4}", text, re.ASCII) else -1
    if not 0 <= days <= _MOST_DAYS:
        raise ValueError(f"give a whole number of days, 0 to {_MOST_DAYS}")
    return days


def _yes_or_no(text: str) -> bool:
    if text.lower() not in {"yes", "no", "true", "false", ""}:
        raise ValueError("give yes or no")
    return text.lower() in {"yes", "true"}
