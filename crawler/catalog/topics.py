"""What an instance collects: topics, and the words that speak for them."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib.resources import files

from crawler.errors import ConfigError
from crawler.model import TopicId


@dataclass(frozen=True, slots=True)
class Term:
    """A word in one language that speaks for a concept, in all its forms."""

    concept: str  # "border", "checkpoint", "shelling", ...
    language: str  # ISO 639-1
    lemma: str
    pattern: str  # a regular expression, to be matched without regard to case


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject. A page belongs to it when it speaks of one of its concepts and of a place.

    The concepts alone mean too little: a border is also a dog, a shop and an abroad.
    """

    id: TopicId
    name: str
    concepts: frozenset[str] = frozenset()  # empty: whatever is published
    needs_place: bool = False  # besides a concept: Ukraine, or a place of the gazetteer


TOPICS = (
    Topic(
        id=TopicId("ukraine-border"),
        name="The borders of Ukraine",
        concepts=frozenset({
            "blockade", "border", "border_guard", "checkpoint", "crossing_point", "customs",
            "incursion", "military_exercise", "refugees", "shelling", "troop_buildup",
            "truck_queue",
        }),
        needs_place=True,
    ),
    Topic(id=TopicId("everything"), name="Everything that is published"),
)  # fmt: skip


@cache
def terms() -> tuple[Term, ...]:
    """Return the terms of every concept."""
    table = files("crawler.catalog").joinpath("data", "terms.csv")
    rows: Iterable[Mapping[str, str]]
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return tuple(Term(**row) for row in rows)


def topic(name: TopicId) -> Topic:
    """Return a shipped topic.

    Raises:
        ConfigError: There is none of that name.
    """
    known = {topic.id: topic for topic in TOPICS}
    if name not in known:
        near = get_close_matches(name, known, n=1) or sorted(known)
        raise ConfigError(f"there is no topic {name!r}", f"name {' or '.join(near)}")
    return known[name]
