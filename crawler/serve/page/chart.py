"""The map and the timeline as shapes: numbers that templates write into SVG attributes."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from math import sqrt

from crawler.catalog.facets import is_crossing, place_of
from crawler.catalog.gazetteer import Place, places
from crawler.model import PlaceId
from crawler.serve.page.projection import HEIGHT, WIDTH, distance, is_drawn, project

LARGEST, SMALLEST = 22.0, 3.0  # radii, in the map's units
FIRST = 8.0  # radius of one story when no place has more
LABELS = 8  # places named on the map, the largest
LETTER, LINE = 9.4, 16.0  # size of a label's letter and line
GAP = 4.0  # between a circle and its label
WIDE, HIGH = 960.0, 96.0  # the timeline's own units

Name = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Circle:
    """A place on the map; its area is proportional to its stories."""

    place: str
    name: str
    x: float
    y: float
    radius: float
    stories: int
    approximate: bool  # stands for a region, or for a point that is not known exactly
    crossing: bool


@dataclass(frozen=True, slots=True)
class Label:
    """A place's name beside its circle."""

    text: str
    x: float
    y: float
    anchor: str  # "start", "end"


@dataclass(frozen=True, slots=True)
class Chart:
    """The map of the border with what is on it."""

    countries: Mapping[str, str]  # SVG paths
    sections: Mapping[str, str]
    idle: Sequence[tuple[float, float]]  # crossings without a story
    circles: Sequence[Circle]  # large ones first, so that small ones lie on top
    labels: Sequence[Label]
    most: int  # stories of the largest circle
    largest: float  # its radius


@dataclass(frozen=True, slots=True)
class Bar:
    """The stories of one stretch of time."""

    x: float
    y: float
    width: float
    height: float
    stories: int
    start: datetime
    end: datetime


def chart_of(counts: Mapping[str, int], name: Name) -> Chart:
    """Return the map for so many stories at each place.

    Args:
        counts: Stories by place.
        name: What a place is called.
    """
    outlines = _outlines()
    circles = sorted(_circles(counts, name), key=lambda one: (-one.radius, one.place))
    return Chart(
        countries=outlines["countries"],
        sections=outlines["sections"],
        idle=[at for place, at in _crossings() if not counts.get(place)],
        circles=circles,
        labels=list(_labels(circles)),
        most=max((circle.stories for circle in circles), default=0),
        largest=max((circle.radius for circle in circles), default=0.0),
    )


def bars_of(counts: Sequence[int], bounds: Sequence[datetime]) -> list[Bar]:
    """Return the timeline's bars; the highest takes all the height there is."""
    most, step = max(counts, default=0) or 1, WIDE / max(len(counts), 1)
    return [
        Bar(
            x=round(number * step + step * 0.1, 1),
            y=round(HIGH - _height(count, most), 1),
            width=round(step * 0.8, 1),
            height=_height(count, most),
            stories=count,
            start=bounds[number],
            end=bounds[number + 1],
        )
        for number, count in enumerate(counts)
    ]


def _height(count: int, most: int) -> float:
    """Return a bar's height; one story is seen beside a thousand."""
    return round(max(HIGH * count / most, 2.0 if count else 0.0), 1)


def _circles(counts: Mapping[str, int], name: Name) -> Iterator[Circle]:
    drawn = [(place, at) for place, at in _drawn(counts) if counts[place.id]]
    most = max((counts[place.id] for place, _ in drawn), default=1)
    largest = min(LARGEST, FIRST * sqrt(most))
    for place, (x, y) in drawn:
        stories = counts[place.id]
        yield Circle(
            place=place.id,
            name=name(place.id),
            x=round(x, 1),
            y=round(y, 1),
            radius=round(max(SMALLEST, largest * sqrt(stories / most)), 1),
            stories=stories,
            approximate=is_rough(place),
            crossing=is_crossing(place),
        )


def is_rough(place: Place) -> bool:
    """Tell whether a place's point is no more than a hint of where it is."""
    region = place.kind in {
        "oblast", "voblast", "voivodeship", "region", "county", "district", "republic",
        "autonomous-region", "breakaway-region",
    }  # fmt: skip
    return place.approximate or region


def _drawn(names: Iterable[str]) -> Iterator[tuple[Place, tuple[float, float]]]:
    for name in names:
        place = place_of(PlaceId(name))
        if place and is_drawn(*(at := project(place.lat, place.lon))):
            yield place, at


def _labels(circles: Sequence[Circle]) -> Iterator[Label]:
    """Yield names for the largest circles, where they cover neither a name nor a large circle."""
    taken: list[tuple[float, float, float, float]] = []
    for circle in circles[:LABELS]:
        for side in (1, -1):
            box = _box(circle, side)
            if not _is_free(box, taken, (one for one in circles[:LABELS] if one is not circle)):
                continue
            taken.append(box)
            x = circle.x + side * (circle.radius + GAP)
            yield Label(
                circle.name, round(x, 1), round(circle.y + 4, 1), "start" if side > 0 else "end"
            )
            break


def _box(circle: Circle, side: int) -> tuple[float, float, float, float]:
    length = LETTER * len(circle.name)
    near = circle.x + side * (circle.radius + GAP)
    left = near if side > 0 else near - length
    return left, circle.y - LINE / 2, left + length, circle.y + LINE / 2


def _is_free(
    box: tuple[float, float, float, float],
    taken: Sequence[tuple[float, float, float, float]],
    circles: Iterable[Circle],
) -> bool:
    left, top, right, bottom = box
    if left < 0 or right > WIDTH or top < 0 or bottom > HEIGHT:
        return False
    apart = all(right < l or r < left or bottom < t or b < top for l, t, r, b in taken)  # noqa: E741
    return apart and not any(_meets(box, circle) for circle in circles)


def _meets(box: tuple[float, float, float, float], circle: Circle) -> bool:
    left, top, right, bottom = box
    nearest = min(max(circle.x, left), right), min(max(circle.y, top), bottom)
    return distance(nearest, (circle.x, circle.y)) < circle.radius


@cache
def _crossings() -> tuple[tuple[PlaceId, tuple[float, float]], ...]:
    found = ((place.id, project(place.lat, place.lon)) for place in places() if is_crossing(place))
    return tuple((id_, (round(x, 1), round(y, 1))) for id_, (x, y) in found if is_drawn(x, y))


@cache
def _outlines() -> Mapping[str, Mapping[str, str]]:
    """Return the shapes that docs/outlines.py wrote."""
    table = files("crawler.serve.page").joinpath("data", "outlines.json")
    found: Mapping[str, Mapping[str, str]] = json.loads(table.read_text("utf-8"))
    return found
