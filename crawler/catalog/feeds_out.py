"""Which feeds are written of a topic's stories: what they can be narrowed to, and their paths."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from urllib.parse import quote

from crawler.catalog.facets import any_place_of, borders, countries, is_crossing
from crawler.catalog.gazetteer import every_place
from crawler.model import Outlet, OutletId, PlaceId, TopicId

LANGUAGES = ("en", "uk", "ru", "be", "pl", "ro", "hu", "sk")


class Format(StrEnum):
    """The formats a feed is written in."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"


class Kind(StrEnum):
    """What a feed can be narrowed to."""

    LANGUAGE = "language"
    OUTLET = "outlet"
    COUNTRY = "country"
    PLACE = "place"
    CROSSING = "crossing"
    BORDER = "border"


def choices(outlets: Mapping[OutletId, Outlet]) -> Iterator[tuple[Kind, str, str]]:
    """Yield everything that feeds can be narrowed to, with its title."""
    for language in LANGUAGES:
        yield Kind.LANGUAGE, language, f"language {language}"
    for country in countries():
        yield Kind.COUNTRY, country, f"country {country}"
    for border in borders():
        yield Kind.BORDER, border, f"border {border}"
    for place in every_place():
        yield Kind.PLACE, place.id, name_of(place.id)
        if is_crossing(place):
            yield Kind.CROSSING, place.id, f"crossing {name_of(place.id)}"
    for outlet in outlets.values():
        yield Kind.OUTLET, outlet.id, outlet.name


def path_of(topic: TopicId, kind: Kind | None = None, name: str = "") -> str:
    """Return the path of a feed, without its format: of a whole topic, or narrowed."""
    return f"/feeds/{topic}/{kind}/{quote(name)}" if kind else f"/feeds/{topic}/all"


def feeds_of(topic: TopicId, facets: Iterable[str]) -> Iterator[str]:
    """Yield the paths of the feeds that hold a story with these facets, in every format."""
    paths = [path_of(topic), *(path_of(topic, *one) for one in _narrowed(facets))]
    yield from (f"{path}.{format_}" for path in paths for format_ in Format)


def name_of(place: PlaceId) -> str:
    """Return what a place is called in English; an unknown one by its id."""
    known = any_place_of(place)
    return next(iter(known.names.get("en", ())), _spelled(place)) if known else place


def _spelled(place: PlaceId) -> str:
    """Return what the id says of a place that the gazetteer has no English name for.

    These are whole borders, and towns whose English name stands in a row of its own.
    """
    border = place.removeprefix("border-")
    town = place.removesuffix("-city").removesuffix("-village")
    return town.capitalize() if border == place else f"whole border {border.upper()}"


def _narrowed(facets: Iterable[str]) -> Iterator[tuple[Kind, str]]:
    for facet in facets:
        kind, _, name = facet.partition(":")
        known = any_place_of(PlaceId(name)) if kind == Kind.PLACE else None
        foreign = kind == Kind.LANGUAGE and name not in LANGUAGES
        if not name or foreign or (kind == Kind.PLACE and not known):
            continue
        yield Kind(kind), name
        if known and is_crossing(known):
            yield Kind.CROSSING, name
