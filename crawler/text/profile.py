"""A topic as it is recognised: its concepts, and every number that shapes a judgement of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crawler.model import PlaceId, TopicId


@dataclass(frozen=True, slots=True)
class Concept:
    """Words for one thing, by language, and how much it says of the topic."""

    name: str
    weight: float
    patterns: Mapping[str, Sequence[str]]  # language -> regular expressions for lower-case text
    frontier: bool = False  # belongs to the countries beside it; else needs support
    across: bool = False  # counts where it happens on a neighbour's side
    local: bool = False  # met far from any border too: in an article only a place beside it tells


@dataclass(frozen=True, slots=True)
class Spot:
    """What a place says of a topic."""

    share: float  # 0..1: how much it says
    country: str  # where it lies; ISO 3166-1 alpha-2
    firm: bool = False  # said of this very place, whatever others bear its name


@dataclass(frozen=True, slots=True)
class Whole:
    """How an article is judged by what it is about, and not by all that it touches."""

    letters: int = 400  # of text from which it is more than headline and lead
    threshold: float = 0.5  # score from which it is relevant
    place: float = 0.5  # what a place must say for a `local` concept beside it
    aside: float = 0.3  # what a lead is worth under a title that speaks of something else
    full: float = 0.6  # share of the sentences of a body that makes it speak for the topic fully


@dataclass(frozen=True, slots=True)
class Profile:
    """A topic as it is recognised; without concepts it takes everything."""

    topic: TopicId
    concepts: tuple[Concept, ...] = ()
    threshold: float = 0.5
    title: float = 1.0  # what a sentence is worth where it stands
    lead: float = 0.9
    body: float = 0.35
    whole: Whole = Whole()
    countries: frozenset[str] = frozenset()  # whose topic it is
    neighbours: frozenset[str] = frozenset()
    commonplace: frozenset[str] = frozenset()  # neighbours whose bare name supports nothing
    country_support: float = 0.6
    neighbour_support: float = 0.55
    place_support: float = 1.2
    across_support: float = 0.5
    places: Mapping[PlaceId, Spot] = field(default_factory=dict)
    exclude: Mapping[str, Sequence[str]] = field(default_factory=dict)
