"""Places at and near Ukraine's borders, with their names in eight languages.

Names are as written in the nominative; several spellings may stand for one place, and one
name for several places. More languages name the better known ones (`names.csv`).
docs/reference/catalogue.md says where they are from.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from crawler.model import PlaceId

LANGUAGES = ("en", "uk", "ru", "be", "pl", "ro", "hu", "sk")
CONTEXT_LANGUAGES = (*LANGUAGES, "lt", "lv", "de")
MORE_LANGUAGES = ("cs", "et", "fr", "es", "it", "lt", "lv", "nl", "tr")  # better known places


@dataclass(frozen=True, slots=True)
class Place:
    """A crossing, town, region or military site."""

    id: PlaceId
    kind: str  # "crossing:road", "border-town", "oblast", "military-site", ...
    lat: float  # degrees north, of a region's seat
    lon: float  # degrees east
    approximate: bool  # good enough to rank by, never to be shown as exact
    countries: tuple[str, ...]  # ISO 3166-1 alpha-2; both sides of a crossing
    names: Mapping[str, tuple[str, ...]]  # by language; the usual one first
    border_km: float | None  # to Ukraine's nearest border; None for regions without one
    nearest_border: str  # "UA-PL"; empty when there is none


@cache
def places() -> tuple[Place, ...]:
    """Return every place of the gazetteer."""
    table = files("crawler.catalog").joinpath("data", "gazetteer.csv")
    lines = table.read_text(encoding="utf-8").splitlines()
    return tuple(map(_place, csv.DictReader(lines)))


def _place(row: Mapping[str, str]) -> Place:
    return Place(
        id=PlaceId(row["place_id"]),
        kind=row["kind"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        approximate=row["approximate"] == "yes",
        countries=tuple(row["countries"].split("|")),
        names=_names(row, LANGUAGES),
        border_km=float(row["border_km"]) if row["border_km"] else None,
        nearest_border=row["nearest_border"],
    )


@cache
def context_places() -> tuple[Place, ...]:
    """Return places that stand in the news of the region without being at a border.

    Countries, capitals, border rivers, the sections of the border and the everyday names of
    border regions; all of their points are approximate.
    """
    table = files("crawler.catalog").joinpath("data", "context.csv")
    return tuple(map(_context, csv.DictReader(table.read_text(encoding="utf-8").splitlines())))


def _context(row: Mapping[str, str]) -> Place:
    return Place(
        id=PlaceId(row["place_id"]),
        kind=row["kind"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        approximate=True,
        countries=(row["country"],),
        names=_names(row, CONTEXT_LANGUAGES),
        border_km=None,
        nearest_border="",
    )


def _names(row: Mapping[str, str], languages: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Return the names that a table has for a place, with those in more languages."""
    named = {code: tuple(row[code].split("|")) for code in languages if row[code]}
    more = _more_names().get(PlaceId(row["place_id"]), {})
    return named | {code: (*named.get(code, ()), *added) for code, added in more.items()}


@cache
def _more_names() -> Mapping[PlaceId, dict[str, tuple[str, ...]]]:
    table = files("crawler.catalog").joinpath("data", "names.csv")
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return {
        PlaceId(row["place_id"]): {
            code: tuple(row[code].split("|")) for code in MORE_LANGUAGES if row[code]
        }
        for row in rows
    }


@cache
def every_place() -> tuple[Place, ...]:
    """Return all that a story can be said to be at: the gazetteer, and what stands around it."""
    return (*places(), *context_places())


@cache
def ambiguous_names() -> Mapping[str, tuple[str, ...]]:
    """Return names that mean something else as well, each with words that speak against the place.

    Words by how they begin, in lower case.
    """
    table = files("crawler.catalog").joinpath("data", "ambiguous.csv")
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return {row["name"]: tuple(row["against"].split()) for row in rows}
