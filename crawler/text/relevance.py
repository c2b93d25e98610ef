"""Whether a text is about a topic, judged by evidence that stands together.

A word for a border says little until it is known whose border is meant: most borders in the
news lie elsewhere, and in half the languages of the region "beyond the border" is "abroad".
So the countries named beside each word decide what it is worth.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import groupby

from crawler.model import Mention, PlaceId, TopicId
from crawler.text.countries import CountryFinder, Word
from crawler.text.terms import TermFinder

HOMES = {
    "uk": "UA", "be": "BY", "pl": "PL", "ro": "RO", "hu": "HU", "sk": "SK", "lt": "LT", "lv": "LV",
    "cs": "CZ", "bg": "BG",
}  # whose border is meant where none is named, by the language of the text  # fmt: skip
KIN = {"cs": "sk", "sk": "cs"}  # taken for each other on a headline, and read with one another
WORDS_BEFORE, WORDS_AFTER = 5, 6  # how far from a word its countries stand
LEAD_LETTERS = 400
SURE, LIKELY, POSSIBLE, WEAK = 1.0, 0.9, 0.8, 0.6  # what a border word is worth
ANOTHER, SUPPORTED = "another border", "beside it:"
EXPLAINED = 0.9  # of the support, where title and lead are read together
OWN_BORDER = 0.75  # the country's own border, unnamed
HOME_SUPPORT = 0.5  # of the country's, where the text is written in its language


@dataclass(frozen=True, slots=True)
class Concept:
    """Words for one thing, by language, and how much it says of the topic."""

    name: str
    weight: float
    patterns: Mapping[str, Sequence[str]]  # language -> regular expressions for lower-case text
    frontier: bool = False  # belongs to the countries beside it; else needs support
    across: bool = False  # counts where it happens on a neighbour's side


@dataclass(frozen=True, slots=True)
class Spot:
    """What a place says of a topic."""

    share: float  # 0..1: how much it says
    country: str  # where it lies; ISO 3166-1 alpha-2
    firm: bool = False  # said of this very place, whatever others bear its name


@dataclass(frozen=True, slots=True)
class Profile:
    """A topic as it is recognised; without concepts it takes everything."""

    topic: TopicId
    concepts: tuple[Concept, ...] = ()
    threshold: float = 0.5
    title: float = 1.0  # what a sentence is worth where it stands
    lead: float = 0.9
    body: float = 0.35
    countries: frozenset[str] = frozenset()  # whose topic it is
    neighbours: frozenset[str] = frozenset()
    commonplace: frozenset[str] = frozenset()  # neighbours whose bare name supports nothing
    country_support: float = 0.6
    neighbour_support: float = 0.55
    place_support: float = 1.2
    across_support: float = 0.5
    places: Mapping[PlaceId, "Spot"] = field(default_factory=dict)
    exclude: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that speaks for the topic."""

    where: str  # "title", "lead", "body"
    concept: str
    words: str
    why: str
    worth: float  # 0..1
    border: str = ""  # whose border it names: "UA", "UA-PL"; empty when it names none


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a topic made of a text, and by which sentences."""

    relevant: bool
    score: float  # 0..1
    evidence: tuple[Evidence, ...] = ()

    @property
    def borders(self) -> tuple[str, ...]:
        """The borders it is about, each once, in the order they are named."""
        return tuple(dict.fromkeys(one.border for one in self.evidence if one.border))


@dataclass(frozen=True, slots=True)
class _Hit:
    concept: Concept
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Sentence:
    where: str
    words: list[Word]
    spots: tuple[Spot, ...]

    @property
    def countries(self) -> set[str]:
        """The countries it names, by name or by a place."""
        named = {word.country for word in self.words if word.country}
        return named | {spot.country for spot in self.spots}

    @property
    def share(self) -> float:
        """How much its places say."""
        return max((spot.share for spot in self.spots), default=0.0)


@dataclass(frozen=True, slots=True)
class _Head:
    """What title and lead name together; either explains the other."""

    countries: frozenset[str]
    spots: tuple[Spot, ...]


class TopicMatcher:
    """Recognises one topic."""

    def __init__(self, profile: Profile, countries: CountryFinder) -> None:
        self.topic = profile.topic
        self._profile = profile
        self._countries = countries
        self._terms: dict[str, TermFinder] = {}
        self._excluded: dict[str, TermFinder] = {}

    def judge(
        self,
        title: str,
        text: str,
        places: Sequence[Mention] = (),
        *,
        language: str = "",
        home: str = "",
    ) -> Judgement:
        """Return whether the text is on topic, and what speaks for it.

        Args:
            title: The headline.
            text: The body, one paragraph a line.
            places: The places named in title and text joined by a line end.
            language: ISO 639-1; the terms of all languages are tried when it is unknown.
            home: The country the outlet writes in; else that of the language, if there is one.
        """
        if not self._profile.concepts:
            return Judgement(relevant=True, score=1.0)
        whole = _lower(f"{title}\n{text}")
        hits = self._hits(whole, language)
        home = home or HOMES.get(language, "")
        evidence = tuple(self._evidence(whole, len(title), places, hits, home)) if hits else ()
        doubt = 1.0
        for one in evidence:
            doubt *= 1 - one.worth * getattr(self._profile, one.where)
        return Judgement(1 - doubt >= self._profile.threshold, round(1 - doubt, 3), evidence)

    @property
    def countries(self) -> frozenset[str]:
        """Whose topic it is."""
        return self._profile.countries

    @property
    def has_concepts(self) -> bool:
        """Whether the topic takes some texts and not others."""
        return bool(self._profile.concepts)

    def names_a_frontier(self, text: str, language: str = "") -> bool:
        """Return whether a text speaks of any border at all, anybody's."""
        return any(hit.concept.frontier for hit in self._hits(_lower(text), language))

    def _hits(self, whole: str, language: str) -> list[_Hit]:
        found = self._term_finder(language).find(whole)
        if not found:
            return []
        excluded = self._exclusion_finder(language).find(whole)
        return [
            _Hit(self._profile.concepts[number], start, end)
            for number, start, end in found
            if not any(begin <= start < until for _, begin, until in excluded)
        ]

    # --- sentences ---------------------------------------------------------------------------

    def _evidence(
        self,
        whole: str,
        title: int,
        places: Sequence[Mention],
        hits: Sequence[_Hit],
        home: str,
    ) -> Iterator[Evidence]:
        head = self._head(whole, title, places)
        for start, end in _sentences(whole):
            inside = [hit for hit in hits if start <= hit.start < end]
            if not inside:
                continue
            words = self._countries.words(whole[start:end], start)
            spots = tuple(self._spots(places, start, end))
            sentence = _Sentence(_where(start, title), words, spots)
            found = [self._worth(sentence, hit, whole, head, home) for hit in inside]
            if best := _best(found):
                yield best

    def _head(self, whole: str, title: int, places: Sequence[Mention]) -> _Head:
        end = title + LEAD_LETTERS
        named = {word.country for word in self._countries.words(whole[:end]) if word.country}
        spots = tuple(self._spots(places, 0, end))
        return _Head(frozenset(named | {spot.country for spot in spots}), spots)

    def _spots(self, places: Sequence[Mention], start: int, end: int) -> Iterator[Spot]:
        """Yield what the places of a sentence say, for each name only what is firm about it."""
        inside = [one for one in places if start <= one.start < end]
        for _, named in groupby(inside, key=lambda one: one.start):
            spots = [self._profile.places.get(one.place, Spot(0.0, "")) for one in named]
            yield from [spot for spot in spots if spot.firm] or spots

    # --- what a word is worth ----------------------------------------------------------------

    def _worth(
        self, sentence: _Sentence, hit: _Hit, whole: str, head: _Head, home: str
    ) -> Evidence:
        concept = hit.concept
        if concept.frontier:
            worth, why = self._frontier(sentence, hit, head, home)
        else:
            worth, why = self._supported(sentence, concept, head, home)
        worth = min(1.0, worth * concept.weight)
        border = self._border(sentence, hit) if concept.frontier and worth else ""
        words = whole[hit.start : hit.end]
        return Evidence(sentence.where, concept.name, words, why, round(worth, 3), border)

    def _border(self, sentence: _Sentence, hit: _Hit) -> str:
        ours = min(self._profile.countries, default="")
        before, after = _beside(sentence, hit)
        beyond = sorted((before | after) & self._profile.neighbours)
        return f"{ours}-{beyond[0]}" if len(beyond) == 1 else ours

    def _frontier(
        self, sentence: _Sentence, hit: _Hit, head: _Head, home: str
    ) -> tuple[float, str]:
        """Judge whose border it is by the countries beside the word, then by those farther off."""
        ours = self._profile.countries
        before, after = _beside(sentence, hit)
        others = (before | after) - {home}
        elsewhere = (
            bool(others - self._profile.neighbours)
            or bool(before - {home} and after - before - {home})
            or (len(before - {home}) > 1 and not after)
        )
        rules = (
            (bool((before | after) & ours), SURE, "the country stands beside it"),
            (elsewhere, 0.0, ANOTHER),
            (sentence.share >= POSSIBLE, LIKELY, "a place at the border"),
            (sentence.share > 0, POSSIBLE, "a place near the border"),
            (home in ours and bool(others), LIKELY, "with a neighbour"),
            (self._far_off(head.countries), 0.0, ANOTHER),
            (home in ours, OWN_BORDER, "the country's own"),
            (len(others) > 1, 0.0, ANOTHER),
            (bool(ours & sentence.countries), POSSIBLE, "the country in the sentence"),
            (bool(ours & head.countries), WEAK, "the country in title or lead"),
        )
        return next(
            ((worth, why) for holds, worth, why in rules if holds), (0.0, "nobody's border")
        )

    def _far_off(self, named: AbstractSet[str]) -> bool:
        """Whether two countries are named, and neither is ours or a neighbour of ours."""
        return len(named) > 1 and not named & (self._profile.countries | self._profile.neighbours)

    def _supported(
        self, sentence: _Sentence, concept: Concept, head: _Head, home: str
    ) -> tuple[float, str]:
        """Judge what is named in the sentence, or where title and lead explain each other."""
        alone = self._support(sentence.countries, sentence.spots, concept, home)
        if sentence.where == "body":
            return alone
        named = sentence.countries | head.countries
        together, why = self._support(named, (*sentence.spots, *head.spots), concept, home)
        return max(alone, (EXPLAINED * together, why))

    def _support(
        self, named: AbstractSet[str], spots: Sequence[Spot], concept: Concept, home: str
    ) -> tuple[float, str]:
        profile = self._profile
        country = float(bool(named & profile.countries))
        country = country or HOME_SUPPORT * (home in profile.countries)
        shown = {spot.country for spot in spots if spot.share}
        telling = profile.neighbours - (profile.commonplace - shown)
        neighbours = min(2, len(named & telling))
        if neighbours == 1 and not country and named - profile.neighbours:
            neighbours = 0  # what lies between that neighbour and somebody else
        place = max((spot.share for spot in spots), default=0.0)
        across = any(spot.country in profile.neighbours and spot.share for spot in spots)
        worth = (
            profile.country_support * country
            + profile.neighbour_support * neighbours
            + profile.place_support * place
            + profile.across_support * (concept.across and across)
        )
        return worth, f"{SUPPORTED} country {country:g}, neighbours {neighbours}, place {place:g}"

    # --- patterns ----------------------------------------------------------------------------

    def _term_finder(self, language: str) -> TermFinder:
        if language not in self._terms:
            self._terms[language] = TermFinder(
                (number, pattern)
                for number, concept in _widest_last(self._profile.concepts)
                for pattern in _in_language(concept.patterns, language)
            )
        return self._terms[language]

    def _exclusion_finder(self, language: str) -> TermFinder:
        if language not in self._excluded:
            patterns = _in_language(self._profile.exclude, language)
            self._excluded[language] = TermFinder((0, pattern) for pattern in patterns)
        return self._excluded[language]


def _best(found: Sequence[Evidence]) -> Evidence | None:
    """Return the strongest evidence; in a sentence about another border nothing else counts."""
    elsewhere = any(one.why.startswith(ANOTHER) for one in found)
    firm = [
        one for one in found if one.worth > 0 and not (elsewhere and one.why.startswith(SUPPORTED))
    ]
    return max(firm, key=lambda one: one.worth, default=None)


def _widest_last(concepts: Sequence[Concept]) -> list[tuple[int, Concept]]:
    """Number the concepts, frontiers first; where two begin alike the first one tried counts."""
    return sorted(enumerate(concepts), key=lambda pair: not pair[1].frontier)


def _in_language(patterns: Mapping[str, Sequence[str]], language: str) -> list[str]:
    if language in patterns:
        return [*patterns[language], *patterns.get(KIN.get(language, ""), ())]
    return [pattern for found in patterns.values() for pattern in found]


def _sentences(whole: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in re.finditer(r"(?<=[.!?…])[\"”»]?\s+|\n+", whole):
        if gap.start() > start:
            yield start, gap.start()
        start = gap.end()
    if start < len(whole):
        yield start, len(whole)


def _where(start: int, title: int) -> str:
    if start < title:
        return "title"
    return "lead" if start <= title + LEAD_LETTERS else "body"


def _beside(sentence: _Sentence, hit: _Hit) -> tuple[set[str], set[str]]:
    """Return the countries named shortly before a word (or in it) and shortly after it."""
    before = [word for word in sentence.words if word.end <= hit.start][-WORDS_BEFORE:]
    inside = [word for word in sentence.words if hit.start < word.end and word.start < hit.end]
    after = [word for word in sentence.words if word.start >= hit.end][:WORDS_AFTER]
    return _countries(before + inside), _countries(after)


def _countries(words: Sequence[Word]) -> set[str]:
    return {word.country for word in words if word.country}


def _lower(text: str) -> str:
    """Return the text in lower case, letter for letter, so that offsets hold."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(one if len(one := letter.lower()) == 1 else letter for letter in text)
