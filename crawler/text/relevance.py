"""Whether a text is about a topic, judged by evidence that stands together."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from crawler.model import Mention
from crawler.text.countries import CountryFinder
from crawler.text.profile import Concept, Profile, Spot
from crawler.text.sentences import LEAD_LETTERS, Span, lower_case, part_of, sentences_of
from crawler.text.terms import TermFinder
from crawler.text.weighing import Evidence, Part, article_parts, score_of, short_parts
from crawler.text.worth import ANOTHER, Hit, Named, Sentence, Worth, elsewhere, is_placed, worth_of

HOMES = {
    "uk": "UA", "be": "BY", "pl": "PL", "ro": "RO", "hu": "HU", "sk": "SK", "lt": "LT", "lv": "LV",
    "cs": "CZ", "bg": "BG",
}  # whose border is meant where none is named, by the language of the text  # fmt: skip
KIN = {"cs": "sk", "sk": "cs"}  # taken for each other on a headline, and read with one another
NOTHING = Named(frozenset(), ())
NOWHERE = Spot(0.0, "")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a topic made of a text, and by which sentences."""

    relevant: bool
    score: float  # 0..1
    threshold: float = 0.0  # score from which such a text is relevant
    evidence: tuple[Evidence, ...] = ()
    parts: tuple[Part, ...] = ()  # what the score is made of

    @property
    def borders(self) -> tuple[str, ...]:
        """The borders it is about, each once, in the order they are named."""
        return tuple(dict.fromkeys(one.border for one in self.evidence if one.border))


@dataclass(frozen=True, slots=True)
class _Text:
    """A text as it is looked at, sentence by sentence."""

    lower: str  # title and text joined by a line end, in lower case
    title: int  # letters of the title
    places: Sequence[Mention]
    home: str
    spans: Sequence[Span]  # of its sentences
    head: Named
    whole: bool  # an article, not a headline with a lead


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
            places: The places named in title and text joined by a line end, in their order.
            language: ISO 639-1; the terms of all languages are tried when it is unknown.
            home: The country the outlet writes in; else that of the language, if there is one.
        """
        if not self._profile.concepts:
            return Judgement(relevant=True, score=1.0)
        lower = lower_case(f"{title}\n{text}", language)
        whole = len(text) >= self._profile.whole.letters
        threshold = self._profile.whole.threshold if whole else self._profile.threshold
        hits = self._hits(lower, language)
        if not hits:
            return Judgement(relevant=False, score=0.0, threshold=threshold)
        home = home or HOMES.get(language, "")
        read = self._read(lower, len(title), places, home, whole=whole)
        evidence = tuple(self._evidence(read, hits))
        parts = self._parts(read, hits, evidence)
        score = score_of(parts)
        return Judgement(score >= threshold, score, threshold, evidence, parts)

    @property
    def countries(self) -> frozenset[str]:
        """Whose topic it is."""
        return self._profile.countries

    @property
    def has_concepts(self) -> bool:
        """Whether the topic takes some texts and not others."""
        return bool(self._profile.concepts)

    def has_words(self, text: str, language: str = "") -> bool:
        """Return whether a text holds a word for any concept, whatever stands beside it."""
        return bool(self._hits(lower_case(text, language), language))

    def names_a_frontier(self, text: str, language: str = "") -> bool:
        """Return whether a text speaks of any border at all, anybody's."""
        return any(hit.concept.frontier for hit in self._hits(lower_case(text, language), language))

    def _hits(self, lower: str, language: str) -> list[Hit]:
        found = self._term_finder(language).find(lower)
        if not found:
            return []
        excluded = self._exclusion_finder(language).find(lower)
        return [
            Hit(self._profile.concepts[number], start, end)
            for number, start, end in found
            if not any(begin <= start < until for _, begin, until in excluded)
        ]

    # --- sentences ---------------------------------------------------------------------------

    def _read(
        self, lower: str, title: int, places: Sequence[Mention], home: str, *, whole: bool
    ) -> _Text:
        head = self._named(lower, (0, title + LEAD_LETTERS), places)
        return _Text(lower, title, places, home, tuple(sentences_of(lower)), head, whole)

    def _evidence(self, text: _Text, hits: Sequence[Hit]) -> Iterator[Evidence]:
        """Yield the strongest of each sentence; words for a border first, which tell of others."""
        held = _by_sentence(hits, text.spans)
        read = {number: self._sentence(text, number) for number in held}
        read = self._under_its_title(held, read)
        if text.whole:
            near = self._beside_border(held, read)
            read |= {number: replace(read[number], at_border=True) for number in near}
        for number, inside in held.items():
            yield from _best(read[number], inside, text.lower, self._profile)

    def _under_its_title(
        self, held: Mapping[int, Sequence[Hit]], read: Mapping[int, Sentence]
    ) -> dict[int, Sentence]:
        """Return the sentences with whose border the title speaks of, if it is another."""
        titles = [(hit, one) for number, one in read.items() if one.where == "title"
                  for hit in held[number]]  # fmt: skip
        others = elsewhere(titles, self._profile)
        return {
            number: one if one.where == "title" else replace(one, elsewhere=others)
            for number, one in read.items()
        }

    def _sentence(self, text: _Text, number: int) -> Sentence:
        start, end = span = text.spans[number]
        return Sentence(
            where=part_of(start, text.title),
            words=self._countries.words(text.lower[start:end], start),
            spots=self._spots(text.places, span),
            around=self._around(text, number) if text.whole else NOTHING,
            at_border=False,
            head=text.head,
            home=text.home,
            whole=text.whole,
        )

    def _around(self, text: _Text, number: int) -> Named:
        """Return the places beside a sentence; the title stands beside all of the lead."""
        first, last = text.spans[max(0, number - 1)], text.spans[number + 1 : number + 2]
        spots = self._spots(text.places, (first[0], (last or text.spans[number:])[0][1]))
        if part_of(text.spans[number][0], text.title) == "lead":
            spots = (*spots, *self._spots(text.places, (0, text.title)))
        return Named(frozenset(spot.country for spot in spots), spots)

    def _beside_border(
        self, held: Mapping[int, Sequence[Hit]], read: Mapping[int, Sentence]
    ) -> set[int]:
        """Return the sentences of an article that speak of the topic's border, or stand beside."""
        at_border = {
            number
            for number, hits in held.items()
            if any(
                hit.concept.frontier and worth_of(hit, read[number], self._profile).worth
                for hit in hits
            )
        }
        return {
            number for number in held if not at_border.isdisjoint((number - 1, number, number + 1))
        }

    def _named(self, lower: str, span: Span, places: Sequence[Mention]) -> Named:
        start, end = span
        words = self._countries.words(lower[start:end])
        spots = self._spots(places, span)
        named = {word.country for word in words if word.country}
        return Named(frozenset(named | {spot.country for spot in spots}), spots)

    def _spots(self, places: Sequence[Mention], span: Span) -> tuple[Spot, ...]:
        """Return what the places of a span say, for each name only what is firm about it."""
        first = bisect_left(places, span[0], key=_start)
        inside = places[first : bisect_left(places, span[1], lo=first, key=_start)]
        return tuple(self._each_spot(inside)) if inside else ()

    def _each_spot(self, inside: Sequence[Mention]) -> Iterator[Spot]:
        for _, named in groupby(inside, key=_start):
            spots = [self._profile.places.get(one.place, NOWHERE) for one in named]
            yield from [spot for spot in spots if spot.firm] or spots

    # --- the whole ---------------------------------------------------------------------------

    def _parts(
        self, text: _Text, hits: Sequence[Hit], evidence: Sequence[Evidence]
    ) -> tuple[Part, ...]:
        if not text.whole:
            return short_parts(evidence, self._profile)
        body = sum(part_of(start, text.title) == "body" for start, _ in text.spans)
        titled = (
            not text.title
            or any(one.where == "title" for one in evidence)
            or any(hit.start < text.title and not hit.concept.local for hit in hits)
            or self._names_a_part(text)
        )
        return article_parts(evidence, body, self._profile, titled=titled)

    def _names_a_part(self, text: _Text) -> bool:
        """Whether the title names a neighbour, or a place at the border or beyond it."""
        profile = self._profile
        named = self._named(text.lower, (0, text.title), text.places)
        return (
            bool(named.countries & (profile.neighbours - profile.commonplace))
            or is_placed(named.spots, profile)
            or any(spot.share and spot.country in profile.neighbours for spot in named.spots)
        )

    # --- patterns ----------------------------------------------------------------------------

    def _term_finder(self, language: str) -> TermFinder:
        if language not in self._terms:
            self._terms[language] = TermFinder(
                (number, pattern)
                for number, concept in _widest_last(self._profile)
                for pattern in _in_language(concept.patterns, language)
            )
        return self._terms[language]

    def _exclusion_finder(self, language: str) -> TermFinder:
        if language not in self._excluded:
            patterns = _in_language(self._profile.exclude, language)
            self._excluded[language] = TermFinder((0, pattern) for pattern in patterns)
        return self._excluded[language]


def _start(mention: Mention) -> int:
    return mention.start


def _by_sentence(hits: Sequence[Hit], spans: Sequence[Span]) -> dict[int, list[Hit]]:
    """Return the words for a concept by the number of their sentence, in the order of the text."""
    held: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        number = bisect_right(spans, hit.start, key=lambda span: span[0]) - 1
        if number >= 0 and hit.start < spans[number][1]:
            held[number].append(hit)
    return held


def _best(
    sentence: Sentence, hits: Sequence[Hit], lower: str, profile: Profile
) -> Iterator[Evidence]:
    """Yield the strongest evidence, if any; by another border nothing else counts."""
    found = [(worth_of(hit, sentence, profile), hit) for hit in hits]
    elsewhere = any(worth.why == ANOTHER for worth, _ in found)
    standing = [
        (worth, hit) for worth, hit in found if worth.worth and (worth.firm or not elsewhere)
    ]
    if standing:
        worth, hit = max(standing, key=lambda pair: pair[0].worth)
        yield _told(sentence, worth, hit, lower)


def _told(sentence: Sentence, worth: Worth, hit: Hit, lower: str) -> Evidence:
    words = lower[hit.start : hit.end]
    return Evidence(sentence.where, hit.concept.name, words, worth.why, worth.worth, worth.border)


def _widest_last(profile: Profile) -> list[tuple[int, Concept]]:
    """Number the concepts, frontiers first; where two begin alike the first one tried counts."""
    return sorted(enumerate(profile.concepts), key=lambda pair: not pair[1].frontier)


def _in_language(patterns: Mapping[str, Sequence[str]], language: str) -> list[str]:
    if language in patterns:
        return [*patterns[language], *patterns.get(KIN.get(language, ""), ())]
    return [pattern for found in patterns.values() for pattern in found]
