"""How a story spread: its articles as dots on a line of time, the outlets named beside them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from crawler.serve.page.cards import Source
from crawler.serve.page.carriers import Carrier

DOT = 18  # a dot's width
LETTER = 10.0  # the room that a letter is given; Cyrillic ones take 9.3
EDGES = 20.0, 980.0  # of the line
TOGETHER = timedelta(minutes=1)  # outlets date their articles to the minute
FIRSTS = 4  # outlets named as the first; more of them had it from elsewhere


@dataclass(frozen=True, slots=True)
class Dot:
    """An article on the story's line of time, in units of 0 to 1000 by 0 to 100."""

    x: float
    y: float
    carrier: Carrier


@dataclass(frozen=True, slots=True)
class Label:
    """An outlet's name under its dot."""

    source: Source
    x: float
    anchor: str  # "start", "middle", "end"


def dots_of(carriers: Sequence[Carrier]) -> list[Dot]:
    """Return the articles along the time from the first to the last.

    Those that would cover one another are stacked.
    """
    span = (carriers[-1].after if carriers else timedelta()) or timedelta(minutes=1)
    start, end = EDGES
    dots: list[Dot] = []
    for number, carrier in enumerate(carriers):
        x = start + (end - start) * (carrier.after / span)
        near = sum(abs(dot.x - x) < DOT for dot in dots[max(0, number - 6) :])
        dots.append(Dot(round(x, 1), 78 - 13 * min(near, 5), carrier))
    return dots


def labels_of(dots: Sequence[Dot]) -> list[Label]:
    """Return the outlets' names that have room; the first's before all, then the last's."""
    taken: list[tuple[float, float]] = []
    labels = []
    for dot in [*dots[:1], *dots[:0:-1]]:
        label, (left, right) = _label(dot)
        if all(right < start or end < left for start, end in taken):
            taken.append((left, right))
            labels.append(label)
    return sorted(labels, key=lambda one: one.x)


def _label(dot: Dot) -> tuple[Label, tuple[float, float]]:
    """Return a dot's label, and what it covers from left to right."""
    source, (start, end) = dot.carrier.source, EDGES
    width = LETTER * len(source.name)
    if dot.x - width / 2 < 0:
        return Label(source, start, "start"), (start, start + width)
    if dot.x + width / 2 > start + end:
        return Label(source, end, "end"), (end - width, end)
    return Label(source, dot.x, "middle"), (dot.x - width / 2, dot.x + width / 2)


def firsts_of(carriers: Sequence[Carrier]) -> list[Carrier]:
    """Return who had the story first, an article of each outlet; nobody where too many had."""
    firsts = dict(_by_outlet(one for one in carriers if one.after < TOGETHER))
    return list(firsts.values()) if len(firsts) <= FIRSTS else []


def _by_outlet(carriers: Iterator[Carrier]) -> Iterator[tuple[str, Carrier]]:
    for one in carriers:
        yield one.source.id, one
