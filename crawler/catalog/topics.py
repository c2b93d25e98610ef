"""What an instance collects: topics as files, and the words that speak for them.

A topic is one TOML file; docs/reference/topics.md explains its keys. Those shipped lie in
`topics/` beside this module, an operator's own in a folder of theirs, where a file of the same
id takes the shipped one's place.
"""

import csv
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any

import msgspec

from crawler.catalog.codes import COUNTRIES, LANGUAGES
from crawler.catalog.facets import place_ids
from crawler.catalog.gazetteer import every_place
from crawler.errors import ConfigError
from crawler.model import TopicId
from crawler.setting import nearest

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Weight = Annotated[float, msgspec.Meta(ge=0, le=10)]

TAKEN = "crawl"  # the keys of schedule and frontier stand where a topic's would
TOPIC_ID = "[a-z0-9][a-z0-9-]{0,63}"  # a regular expression: stands in files, keys and addresses


@dataclass(frozen=True, slots=True)
class Term:
    """A word in one language that speaks for a concept, in all its forms."""

    concept: str  # "border", "checkpoint", "shelling", ...
    language: str  # ISO 639-1
    lemma: str
    pattern: str  # a regular expression for lower-case text; anchored by \\b


@dataclass(frozen=True, slots=True)
class ConceptUse:
    """How much a concept says of a topic, and the topic's own terms for it."""

    weight: Share = 1.0
    frontier: bool = False  # it belongs to the countries named beside it; else it needs support
    across: bool = False  # it also counts where it happens on a neighbour's side
    local: bool = False  # in an article it counts only beside a place at the border
    terms: dict[str, tuple[str, ...]] = field(default_factory=dict)  # instead of the shipped
    also: dict[str, tuple[str, ...]] = field(default_factory=dict)  # besides them


@dataclass(frozen=True, slots=True)
class Standing:
    """What a sentence is worth where it stands."""

    title: Share = 1.0
    lead: Share = 0.9
    body: Share = 0.35


@dataclass(frozen=True, slots=True)
class Whole:
    """How a whole article is told to be about the topic, and not only to touch it."""

    letters: int = 400  # of text from which it is more than headline and lead
    threshold: Share = 0.5  # score from which it is relevant
    place: Share = 0.5  # what a place must say for a `local` concept beside it
    aside: Share = 0.3  # what a lead is worth under a title that speaks of something else
    full: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.6  # share of a body that fills it


@dataclass(frozen=True, slots=True)
class Support:
    """What a concept gains from what is named in its sentence."""

    country: Weight = 0.6
    neighbour: Weight = 0.55
    place: Weight = 1.2
    across: Weight = 0.5


@dataclass(frozen=True, slots=True)
class Topic:
    """A subject; one without concepts takes whatever is published."""

    id: TopicId
    name: str
    threshold: Share = 0.5
    languages: tuple[str, ...] = ()  # those it is written about in; all when empty
    countries: frozenset[str] = frozenset()  # whose subject it is; ISO 3166-1 alpha-2
    neighbours: frozenset[str] = frozenset()
    commonplace: frozenset[str] = frozenset()  # neighbours whose bare name supports nothing
    weights: Standing = Standing()
    article: Whole = Whole()
    support: Support = Support()
    concepts: dict[str, ConceptUse] = field(default_factory=dict)
    places: dict[str, Share] = field(default_factory=dict)  # id or beginning of a kind -> share
    exclude: dict[str, tuple[str, ...]] = field(default_factory=dict)  # language -> patterns

    def place_share(self, place: str, kind: str) -> float:
        """Return how much a place says: by its id, else by the longest beginning of its kind."""
        if place in self.places:
            return self.places[place]
        fitting = [beginning for beginning in self.places if kind.startswith(beginning)]
        return self.places[max(fitting, key=len)] if fitting else 0.0


@cache
def terms() -> tuple[Term, ...]:
    """Return the shipped terms of every concept."""
    rows: Iterable[Mapping[str, str]] = csv.DictReader(_data("terms.csv").splitlines())
    return tuple(Term(**row) for row in rows)


@cache
def countries() -> Mapping[str, tuple[str, ...]]:
    """Return how words for each country begin, in lower case and all languages at once."""
    rows = csv.DictReader(_data("countries.csv").splitlines())
    return {row["code"]: tuple(row["beginnings"].split()) for row in rows}


def topic_ids(own: Path | None = None) -> tuple[TopicId, ...]:
    """Return the topics there are, shipped and the operator's own, by id."""
    return tuple(TopicId(name) for name in sorted(_files(own)))


def topic(name: str, own: Path | None = None) -> Topic:
    """Return a topic.

    Args:
        name: Its id, which is its file's name.
        own: The operator's folder of topics; need not exist.

    Raises:
        ConfigError: There is none of that name, or its file cannot be used.
    """
    return _read(name, _files(own)[known_topic(name, own)])


def known_topic(name: str, own: Path | None = None) -> TopicId:
    """Return the id of a topic that there is; its file is not read.

    Raises:
        ConfigError: There is none of that name; the message says which there are.
    """
    known = topic_ids(own)
    if name not in known:
        listed = ", ".join(known)
        near = get_close_matches(name, known, n=1)
        remedy = f"name {near[0]} (known are {listed})" if near else f"known are {listed}"
        raise ConfigError(f"there is no topic {name!r}", remedy)
    return TopicId(name)


def _files(own: Path | None) -> dict[str, Traversable]:
    shipped = files("crawler.catalog").joinpath("topics").iterdir()
    return {
        file.name.removesuffix(".toml"): file
        for file in (*shipped, *_own_files(own))
        if file.name.endswith(".toml")
    }


def _own_files(own: Path | None) -> Sequence[Path]:
    try:
        return list(own.iterdir()) if own is not None and own.is_dir() else []
    except OSError as error:
        raise ConfigError(
            f"the topics in {own} cannot be read ({error.strerror})",
            "set KORDON_HOME to a directory of yours",
        ) from error


def _read(name: str, file: Traversable) -> Topic:
    found, unknown = _decoded(name, file)
    if name == TAKEN or not re.fullmatch(TOPIC_ID, name):
        raise ConfigError(
            f"no topic can be called {name!r}",
            f"take small letters of English, digits and hyphens, and not {TAKEN}",
        )
    if found.id != name:
        raise ConfigError(f"topic {name} calls itself {found.id!r}", "give file and id one name")
    for problem in (*unknown, *_problems(found)):
        raise ConfigError(f"topic {name}: {problem}", f"mend {file.name}")
    return found


def _decoded(name: str, file: Traversable) -> tuple[Topic, list[str]]:
    """Return a topic, and what of its file says nothing that a topic can be told."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
        unknown = list(_unknown_keys(table))
        return msgspec.convert(table, Topic), unknown
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise ConfigError(f"topic {name}: {error}", f"mend {file.name}") from error


def _unknown_keys(table: Mapping[str, Any]) -> Iterator[str]:
    yield from _strangers(table, Topic, "")
    for name, kind in {"weights": Standing, "article": Whole, "support": Support}.items():
        yield from _strangers(table.get(name), kind, f"{name}.")
    concepts = table.get("concepts")
    for name, use in concepts.items() if isinstance(concepts, dict) else ():
        yield from _strangers(use, ConceptUse, f"concepts.{name}.")


def _strangers(table: object, kind: type[Any], within: str) -> Iterator[str]:
    known = [one.name for one in fields(kind)]
    for key in table if isinstance(table, dict) else ():
        if key not in known:
            yield f"there is no key {within}{key}{_meant(key, known, within)}"


def _meant(word: str, known: Iterable[str], within: str = "") -> str:
    near = nearest(word, known)
    return f" (write {within}{near})" if near else ""


def _problems(found: Topic) -> Iterator[str]:
    shipped = {term.concept for term in terms()}
    for concept, use in found.concepts.items():
        if concept not in shipped and not use.terms and not use.also:
            yield f"concept {concept!r} has no terms{_meant(concept, shipped)}"
        yield from _broken(use.terms)
        yield from _broken(use.also)
    yield from _broken(found.exclude)
    yield from _misspelt_codes(found)
    for place in found.places:
        yield from _unplaced(place)


def _misspelt_codes(found: Topic) -> Iterator[str]:
    spoken = (*found.languages, *found.exclude)
    for use in found.concepts.values():
        spoken = (*spoken, *use.terms, *use.also)
    for code in spoken:
        if code not in LANGUAGES:
            yield f"{code!r} is no language (write two small letters, such as uk)"
    for code in sorted(found.countries | found.neighbours | found.commonplace):
        if code not in COUNTRIES:
            yield f"{code!r} is no country (write two capitals, such as UA)"


def _unplaced(place: str) -> Iterator[str]:
    ids, kinds = place_ids(), _kinds()
    if place not in ids and not any(kind.startswith(place) for kind in kinds):
        yield f"{place!r} is neither a place nor a kind of places{_meant(place, ids | kinds)}"


@cache
def _kinds() -> frozenset[str]:
    return frozenset(one.kind for one in every_place())


def _broken(patterns: Mapping[str, Iterable[str]]) -> Iterator[str]:
    for pattern in (one for many in patterns.values() for one in many):
        try:
            re.compile(pattern)
        except re.error as error:
            yield f"{pattern!r} is no regular expression ({error})"


def patterns_of(concept: str, use: ConceptUse) -> dict[str, tuple[str, ...]]:
    """Return the patterns of a concept by language."""
    found: dict[str, tuple[str, ...]] = {}
    for term in terms():
        if term.concept == concept:
            found[term.language] = (*found.get(term.language, ()), term.pattern)
    found |= use.terms
    return found | {code: (*found.get(code, ()), *more) for code, more in use.also.items()}


def _data(name: str) -> str:
    return files("crawler.catalog").joinpath("data", name).read_text(encoding="utf-8")
