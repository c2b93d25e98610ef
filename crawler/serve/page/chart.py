"""The map and the timeline as shapes: numbers that templates write into SVG attributes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from math import sqrt

import msgspec

from crawler.catalog.facets import is_crossing, place_of
from crawler.catalog.gazetteer import Place, places
from crawler.model import PlaceId
from crawler.serve.page.projection import HEIGHT, WIDTH, distance, is_drawn, project

LARGEST, SMALLEST = 22.0, 3.0  # radii, in the map's units
FIRST = 8.0  # radius of one story when no place has more
LABELS = 8  # places named on the map, the largest
LETTER, LINE = 11.8, 20.0  # size of a label's letter and line
GAP = 4.0  # between a circle and its label
WIDE, HIGH = 960.0, 96.0  # the timeline's own units
COURSE = (60, 14)

DROP = 5.0  # of a label's baseline below its circle's middle

Name = Callable[[str], str]
Box = tuple[float, float, float, float]  # x, y, width, height
WHOLE: Box = (0.0, 0.0, WIDTH, HEIGHT)
LANDS = {  # where a country's name begins
    "PL": (80, 110), "BY": (340, 60), "RU": (800, 110), "SK": (12, 285), "HU": (20, 380),
    "RO": (225, 475), "MD": (330, 437), "UA": (450, 270),
}  # fmt: skip


class Outlines(msgspec.Struct, frozen=True):
    """The shapes of the map."""

    countries: dict[str, str]  # SVG paths
    sections: dict[str, str]
    frames: dict[str, Box]  # the part of the map that shows a section from near


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

    frame: Box  # the part of the map that is shown
    scale: float  # its width by the whole map's; sizes are multiplied by it, so they stay
    countries: Mapping[str, str]  # SVG paths
    sections: Mapping[str, str]
    lands: Sequence[tuple[str, float, float]]  # where countries are named
    idle: Sequence[tuple[float, float]]  # crossings without a story
    circles: Sequence[Circle]  # large ones first, so that small ones lie on top
    labels: Sequence[Label]
    most: int  # stories of the largest circle


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


def chart_of(counts: Mapping[str, int], name: Name, section: str = "") -> Chart:
    """Return the map for so many stories at each place.

    Args:
        counts: Stories by place.
        name: What a place is called.
        section: A section of the border to be shown from near; the whole when empty.
    """
    outlines = _outlines()
    frame = outlines.frames.get(section, WHOLE)
    scale = frame[2] / WIDTH
    circles = sorted(_circles(counts, name, scale), key=lambda one: (-one.radius, one.place))
    return Chart(
        frame=frame,
        scale=scale,
        countries=outlines.countries,
        sections=outlines.sections,
        lands=list(_lands(section, frame, scale)),
        idle=[at for place, at in _crossings() if not counts.get(place)],
        circles=circles,
        labels=list(_labels([one for one in circles if _is_within(one, frame)], frame, scale)),
        most=max((circle.stories for circle in circles), default=0),
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


def course_of(counts: Sequence[int]) -> str:
    """Return an SVG path of bars, `COURSE` wide and high; the highest takes all the height.

    What matters is when: each course has its own scale, and its number stands beside it.
    """
    wide, high = COURSE
    most, step = max(counts, default=0) or 1, wide / max(len(counts), 1)
    return "".join(
        f"M{number * step:.1f} {high}v-{max(high * count / most, 1):.1f}h{step - 1:.1f}V{high}z"
        for number, count in enumerate(counts)
        if count
    )


def _height(count: int, most: int) -> float:
    """Return a bar's height; one story is seen beside a thousand."""
    return round(max(HIGH * count / most, 2.0 if count else 0.0), 1)


def _lands(section: str, frame: Box, scale: float) -> Iterator[tuple[str, float, float]]:
    """Yield where countries are named; from near, the two of the section, within the frame."""
    left, top, width, height = frame
    for code, (x, y) in LANDS.items():
        if not section:
            yield code, x, y
        elif code in section.split("-"):
            near_x = min(max(x, left + 12 * scale), left + width - 160 * scale)
            near_y = min(max(y, top + 28 * scale), top + height - 14 * scale)
            yield code, round(near_x, 1), round(near_y, 1)


def _circles(counts: Mapping[str, int], name: Name, scale: float) -> Iterator[Circle]:
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
            radius=round(scale * max(SMALLEST, largest * sqrt(stories / most)), 1),
            stories=stories,
            approximate=is_rough(place),
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


def _labels(circles: Sequence[Circle], frame: Box, scale: float) -> Iterator[Label]:
    """Yield names for the largest circles, where they cover neither a name nor a large circle."""
    taken: list[Box] = []
    for circle in circles[:LABELS]:
        others = [one for one in circles[:LABELS] if one is not circle]
        for side in (1, -1):
            box = _box(circle, side, scale)
            if _is_free(box, frame, taken, others):
                taken.append(box)
                x = circle.x + side * (circle.radius + GAP * scale)
                anchor = "start" if side > 0 else "end"
                yield Label(circle.name, round(x, 1), round(circle.y + DROP * scale, 1), anchor)
                break


def _box(circle: Circle, side: int, scale: float) -> Box:
    """Return what a circle's label covers on its right (1) or left (-1) side."""
    length, near = LETTER * scale * len(circle.name), circle.radius + GAP * scale
    left = circle.x + near if side > 0 else circle.x - near - length
    return left, circle.y - LINE * scale / 2, length, LINE * scale


def _is_free(box: Box, frame: Box, taken: Sequence[Box], circles: Sequence[Circle]) -> bool:
    x, y, width, height = box
    inside = _holds(frame, x, y) and _holds(frame, x + width, y + height)
    apart = all(
        x + width < tx or tx + tw < x or y + height < ty or ty + th < y for tx, ty, tw, th in taken
    )
    return inside and apart and not any(_meets(box, circle) for circle in circles)


def _meets(box: Box, circle: Circle) -> bool:
    x, y, width, height = box
    nearest = min(max(circle.x, x), x + width), min(max(circle.y, y), y + height)
    return distance(nearest, (circle.x, circle.y)) < circle.radius


def _is_within(circle: Circle, frame: Box) -> bool:
    return _holds(frame, circle.x, circle.y)


def _holds(frame: Box, x: float, y: float) -> bool:
    left, top, width, height = frame
    return left <= x <= left + width and top <= y <= top + height


@cache
def _crossings() -> tuple[tuple[PlaceId, tuple[float, float]], ...]:
    found = ((place.id, project(place.lat, place.lon)) for place in places() if is_crossing(place))
    return tuple((id_, (round(x, 1), round(y, 1))) for id_, (x, y) in found if is_drawn(x, y))


@cache
def _outlines() -> Outlines:
    """Return the shapes that docs/outlines.py wrote."""
    table = files("crawler.serve.page").joinpath("data", "outlines.json")
    return msgspec.json.decode(table.read_bytes(), type=Outlines)
