"""Under which names a story is listed: what it is written in, by whom, and where it plays."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache

from crawler.catalog.codes import LANGUAGES
from crawler.catalog.gazetteer import Place, context_places, every_place, places
from crawler.contract import StoryPayload
from crawler.model import PlaceId

NEAR_BORDER_KM = 30.0  # farther off, a place says little of the border beside it
KINDS = ("language", "outlet", "place", "country", "border")


@cache
def place_of(name: PlaceId) -> Place | None:
    """Return a place of the gazetteer, or None."""
    return _by_id().get(name)


@cache
def any_place_of(name: PlaceId) -> Place | None:
    """Return what a story can be said to be at, a country or a river as well, or None."""
    return place_of(name) or {place.id: place for place in context_places()}.get(name)


@cache
def borders() -> tuple[str, ...]:
    """Return the sections of Ukraine's border that places lie at, such as UA-PL."""
    return tuple(sorted({place.nearest_border for place in places() if place.nearest_border}))


@cache
def countries() -> tuple[str, ...]:
    """Return the countries that places belong to."""
    return tuple(sorted({country for place in places() for country in place.countries}))


@cache
def place_ids() -> frozenset[str]:
    """Return the ids of all that a story can be said to be at, sections of the border included."""
    return frozenset(place.id for place in every_place())


def known_names(kind: str, outlets: Collection[str]) -> Collection[str]:
    """Return what a filter may name, whether or not some story has it yet.

    Args:
        kind: One of `KINDS`.
        outlets: Ids of those who publish.
    """
    match kind:
        case "language":
            return LANGUAGES
        case "place":
            return place_ids()
        case "country":
            return countries()
        case "border":
            return borders()
        case _:
            return outlets


def facets_of(story: StoryPayload) -> list[str]:
    """Return the lists a story stands in: `language:uk`, `country:PL`, `border:UA-PL`, ..."""
    known = [place for name in story.places if (place := place_of(PlaceId(name)))]
    return [
        *_named("language", story.languages),
        *_named("outlet", story.outlets),
        *_named("place", story.places),
        *_named("country", (country for place in known for country in place.countries)),
        *_named("border", (place.nearest_border for place in known if is_at_border(place))),
    ]


def fits(filters: Sequence[str], facets: Sequence[str]) -> bool:
    """Tell whether a story passes: of each kind of facet that is asked for, one must be there."""
    asked: dict[str, set[str]] = {}
    for facet in filters:
        asked.setdefault(facet.partition(":")[0], set()).add(facet)
    return all(not wanted.isdisjoint(facets) for wanted in asked.values())


def is_at_border(place: Place) -> bool:
    """Tell whether a place lies at a section of the border."""
    near = place.border_km is not None and place.border_km <= NEAR_BORDER_KM
    return bool(place.nearest_border) and near


def is_crossing(place: Place) -> bool:
    """Tell whether a place is a border crossing."""
    return place.kind.partition(":")[0] == "crossing"


def _named(kind: str, values: Iterable[str]) -> list[str]:
    return [f"{kind}:{value}" for value in dict.fromkeys(values)]


@cache
def _by_id() -> dict[PlaceId, Place]:
    return {place.id: place for place in places()}
