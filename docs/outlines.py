"""Write the outlines of the map from Natural Earth, which is in the public domain.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    .venv/bin/python docs/outlines.py package/countries-10m.json

Arcs of the topology are projected and thinned before countries are put together from them, so
that neighbours still share their border, and sections of the border are those shared arcs.
Natural Earth draws who holds a land; this map draws borders as the United Nations' General
Assembly affirmed them (resolution 68/262), so Crimea is put back into Ukraine.
"""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from crawler.serve.page.projection import HEIGHT, WIDTH, distance, project

OUT = Path(__file__).resolve().parents[1] / "crawler" / "serve" / "page" / "data" / "outlines.json"
COUNTRIES = {
    "804": "UA", "616": "PL", "703": "SK", "348": "HU", "642": "RO", "498": "MD", "112": "BY",
    "643": "RU", "100": "BG", "688": "RS", "268": "GE",
}  # fmt: skip
SIMFEROPOL = (44.95, 34.1)
TOLERANCE = 0.6  # units of the map; a screen shows about one to a pixel
LEAST = 5.0  # square units: smaller islands are left out
ROOM, NEAREST = 1.25, 300.0  # a frame beyond its section, and the least width of one
MARGIN = 12.0  # how far beyond the frame shapes are cut, so that no cut is seen

Point = tuple[float, float]
Json = dict[str, Any]
Ring = list[int]  # arcs by number; ~n is arc n backwards


def outlines(topology: Json) -> dict[str, dict[str, Any]]:
    """Return countries and sections of Ukraine's border as SVG paths, and a frame for each section.

    A frame is x, y, width and height of the part of the map that shows a section from near.
    """
    arcs = [_thinned(arc) for arc in _projected(topology)]
    rings = {
        COUNTRIES[shape["id"]]: _rings(shape)
        for shape in topology["objects"]["countries"]["geometries"]
        if shape.get("id") in COUNTRIES
    }
    _put_crimea_back(rings, arcs)
    sections = list(_sections(rings, arcs))
    return {
        "countries": {code: _area(rings[code], arcs) for code in sorted(rings)},
        "sections": {code: "".join(map(_written, lines)) for code, lines in sections},
        "frames": {code: _frame([point for line in lines for point in line])
                   for code, lines in sections},
    }  # fmt: skip


# --- the topology ----------------------------------------------------------------------------


def _projected(topology: Json) -> Iterator[list[Point]]:
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append(project(y * sy + ty, x * sx + tx))
        yield points


def _rings(shape: Json) -> list[Ring]:
    """Return the outer rings of a country; none here has a hole that matters."""
    polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
    return [polygon[0] for polygon in polygons]


def _put_crimea_back(rings: dict[str, list[Ring]], arcs: Sequence[Sequence[Point]]) -> None:
    """Give the ring that holds Simferopol to Ukraine, without the line across the isthmus."""
    (crimea,) = [ring for ring in rings["RU"] if _holds(_points(ring, arcs), project(*SIMFEROPOL))]
    rings["RU"].remove(crimea)
    (mainland,) = [ring for ring in rings["UA"] if {~arc for arc in crimea} & set(ring)]
    rings["UA"][rings["UA"].index(mainland)] = _joined(mainland, crimea)


def _joined(one: Ring, other: Ring) -> Ring:
    """Return the ring around both, which share one line."""
    shared = {arc for arc in one if ~arc in other}
    start = next(n for n, arc in enumerate(one) if arc in shared and one[n - 1] not in shared)
    one = one[start:] + one[:start]
    kept = [arc for arc in one if arc not in shared]
    end = next(n for n, arc in enumerate(other) if ~arc in shared and ~other[n - 1] not in shared)
    other = other[end:] + other[:end]
    return kept + [arc for arc in other if ~arc not in shared]


def _sections(
    rings: dict[str, list[Ring]], arcs: Sequence[Sequence[Point]]
) -> Iterator[tuple[str, list[Sequence[Point]]]]:
    """Yield each land section of Ukraine's border, from the arcs that both sides share."""
    own = [arc for ring in rings["UA"] for arc in ring]
    for code in sorted(rings):
        theirs = {~arc for ring in rings[code] for arc in ring}
        if code != "UA" and (shared := [arc for arc in own if arc in theirs]):
            yield f"UA-{code}", [_arc(arc, arcs) for arc in shared]


# --- shapes ----------------------------------------------------------------------------------


def _area(rings: Iterable[Ring], arcs: Sequence[Sequence[Point]]) -> str:
    shapes = (_cut(_points(ring, arcs)) for ring in rings)
    return "".join(f"{_written(one)}Z" for one in shapes if abs(_signed_area(one)) >= LEAST)


def _points(ring: Ring, arcs: Sequence[Sequence[Point]]) -> list[Point]:
    return [point for arc in ring for point in _arc(arc, arcs)[:-1]]


def _arc(arc: int, arcs: Sequence[Sequence[Point]]) -> Sequence[Point]:
    return arcs[arc] if arc >= 0 else arcs[~arc][::-1]


def _thinned(line: Sequence[Point]) -> list[Point]:
    """Return the line without points nearer than the tolerance to it (Douglas and Peucker)."""
    offs = ((_off(line[n], line[0], line[-1]), n) for n in range(1, len(line) - 1))
    far, at = max(offs, default=(0.0, 0))
    if far < TOLERANCE:
        return [line[0], line[-1]]
    return _thinned(line[: at + 1])[:-1] + _thinned(line[at:])


def _off(point: Point, start: Point, end: Point) -> float:
    length = distance(start, end)
    if length == 0:
        return distance(point, start)
    (x, y), (x1, y1), (x2, y2) = point, start, end
    share = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length**2
    share = min(1.0, max(0.0, share))
    return distance(point, (x1 + share * (x2 - x1), y1 + share * (y2 - y1)))


def _cut(shape: list[Point]) -> list[Point]:
    """Return the part of a shape within the frame (Sutherland and Hodgman)."""
    for axis, limit, sign in (
        (0, -MARGIN, 1), (0, WIDTH + MARGIN, -1), (1, -MARGIN, 1), (1, HEIGHT + MARGIN, -1),
    ):  # fmt: skip
        shape = list(_cut_side(shape, axis, limit, sign))
    return shape


def _cut_side(shape: list[Point], axis: int, limit: float, sign: int) -> Iterator[Point]:
    for n, point in enumerate(shape):
        before = shape[n - 1]
        inside, was = ((sign * (one[axis] - limit) >= 0) for one in (point, before))
        if inside != was:
            share = (limit - before[axis]) / (point[axis] - before[axis])
            x, y = (b + share * (p - b) for b, p in zip(before, point, strict=True))
            yield x, y
        if inside:
            yield point


def _signed_area(shape: Sequence[Point]) -> float:
    pairs = ((shape[n - 1], shape[n]) for n in range(len(shape)))
    return sum(one[0] * other[1] - other[0] * one[1] for one, other in pairs) / 2


def _holds(shape: Sequence[Point], point: Point) -> bool:
    """Tell whether a point lies within, by how often a ray from it crosses the shape."""
    x, y = point
    inside = False
    for (x1, y1), (x2, y2) in ((shape[n - 1], shape[n]) for n in range(len(shape))):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) / (y2 - y1) * (x2 - x1):
            inside = not inside
    return inside


def _frame(points: Sequence[Point]) -> tuple[int, int, int, int]:
    """Return the part of the map around some points, in the map's own proportions."""
    (left, right), (top, bottom) = ((min(axis), max(axis)) for axis in zip(*points, strict=True))
    width = max((right - left) * ROOM, (bottom - top) * ROOM * WIDTH / HEIGHT, NEAREST)
    width = min(width, WIDTH)
    height = width * HEIGHT / WIDTH
    x = min(max((left + right - width) / 2, 0), WIDTH - width)
    y = min(max((top + bottom - height) / 2, 0), HEIGHT - height)
    return round(x), round(y), round(width), round(height)


def _written(line: Sequence[Point]) -> str:
    """Return a line as an SVG path in tenths of a unit, each point told from the one before."""
    rounded = [(round(10 * x), round(10 * y)) for x, y in line]
    if not rounded:
        return ""
    steps = [
        f"{_tenths(x - px)} {_tenths(y - py)}"
        for (px, py), (x, y) in pairwise(rounded)
        if (x, y) != (px, py)
    ]
    start = f"M{_tenths(rounded[0][0])} {_tenths(rounded[0][1])}"
    return f"{start}l{' '.join(steps)}".replace(" -", "-")


def _tenths(number: int) -> str:
    return f"{number / 10:g}"


if __name__ == "__main__":
    topology = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    OUT.write_text(json.dumps(outlines(topology), indent=1) + "\n", "utf-8")
