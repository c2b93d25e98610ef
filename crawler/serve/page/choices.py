"""What the filter form offers: options with how many stories each would leave."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from crawler.catalog.facets import borders, is_crossing, place_of
from crawler.model import PlaceId
from crawler.serve.narrowing import Control, Outlets
from crawler.serve.page.cards import source_of
from crawler.serve.page.filters import Filters
from crawler.serve.page.shell import Frame
from crawler.serve.page.survey import Survey

MOST = 300  # options of one list


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a filter."""

    value: str
    name: str
    stories: int


@dataclass(frozen=True, slots=True)
class Choice:
    """One filter with its options."""

    name: str  # the parameter; its words are `filter.<name>`
    value: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, and the address without it."""

    text: str
    address: str


def choices_of(frame: Frame, asked: Filters, found: Survey) -> list[Choice]:
    """Return every filter; what is chosen stays on offer though no story has it."""
    named = frame.speech.named
    sections = {name: found.borders.get(name, 0) for name in borders()}
    known = {name: count for name, count in found.places.items() if place_of(PlaceId(name))}
    return [
        _choice("border", asked.border, sections, lambda name: section_name(frame, name)),
        _choice("place", asked.place, known, frame.place_name),
        _choice("language", asked.language, found.languages, lambda one: named("language", one)),
        _choice("origin", asked.origin, found.origins, lambda one: named("country", one)),
        _choice("control", asked.control, found.controls, lambda one: named("control", one)),
    ]


def chips_of(frame: Frame, asked: Filters, outlets: Outlets, *, words: str = "") -> list[Chip]:
    """Return the filters that are set, as a person reads them.

    `words` are those searched for, where no field shows them.
    """
    named = frame.speech.named
    texts = {
        "q": words,
        "border": section_name(frame, asked.border) if asked.border else "",
        "place": frame.place_name(asked.place),
        "language": named("language", asked.language) if asked.language else "",
        "origin": named("country", asked.origin) if asked.origin else "",
        "control": named("control", asked.control) if asked.control is not Control.ANY else "",
        "outlet": source_of(asked.outlet, outlets).name if asked.outlet else "",
    }
    return [
        Chip(f"{frame.speech(f'filter.{name}')}: {text}", frame.address(**{name: ""}, cursor=""))
        for name, text in texts.items()
        if text
    ]


def section_name(frame: Frame, section: str) -> str:
    """Return a section of the border by the country beyond it."""
    return frame.speech.named("country", section.rpartition("-")[2])


def busiest(
    options: Iterable[Option], limit: int, *, crossings: bool | None = None
) -> list[Option]:
    """Return the options with most stories; with `crossings` set only those, or only others."""
    found = (
        one
        for one in options
        if one.stories and (crossings is None or _is_crossing(one.value) is crossings)
    )
    return sorted(found, key=lambda one: -one.stories)[:limit]


def _choice(
    name: str, value: str, counts: Mapping[str, int], named: Callable[[str], str]
) -> Choice:
    offered = dict(list(counts.items())[:MOST]) | ({value: counts.get(value, 0)} if value else {})
    return Choice(name, value, [Option(one, named(one), n) for one, n in offered.items()])


def _is_crossing(name: str) -> bool:
    place = place_of(PlaceId(name))
    return place is not None and is_crossing(place)
