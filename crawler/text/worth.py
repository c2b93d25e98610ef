"""What a word is worth to a topic, by what is named around it.

A word for a border says little until it is known whose border is meant: most borders in the
news lie elsewhere, and in half the languages of the region "beyond the border" is "abroad".
So the countries named beside each word decide what it is worth. Any other word must have a
country, a neighbour or a place of the topic beside it.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from crawler.text.countries import Word
from crawler.text.profile import Concept, Profile, Spot

WORDS_BEFORE, WORDS_AFTER = 5, 6  # how far from a word its countries stand
SURE, LIKELY, POSSIBLE, WEAK = 1.0, 0.9, 0.8, 0.6  # what a border word is worth
AT_BORDER = 0.8  # what a word for the border says to those beside it, as a place would
ANOTHER = "another border"
NEIGHBOURS, OWN = "with a neighbour", "the country's own"
INFERRED = frozenset({NEIGHBOURS, OWN})  # from where the text is written, by nobody named
EXPLAINED = 0.9  # of the support, where title and lead are read together
OWN_BORDER = 0.75  # the country's own border, unnamed
HOME_SUPPORT = 0.5  # of the country's, where the text is written in its language


@dataclass(frozen=True, slots=True)
class Hit:
    """A word for a concept, and where it stands."""

    concept: Concept
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Named:
    """What some sentences name together."""

    countries: frozenset[str]
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that holds a word for a concept."""

    where: str  # "title", "lead", "body"
    words: Sequence[Word]
    spots: tuple[Spot, ...]
    around: Named  # what the sentences beside it name, in an article
    at_border: bool  # it, or one beside it, speaks of the topic's border; in an article
    head: Named  # title and lead; either explains the other
    home: str  # the country it is written in
    whole: bool  # it stands in an article, not in a headline with a lead
    elsewhere: frozenset[str] = frozenset()  # whose border the title speaks of, if it is another

    @property
    def countries(self) -> frozenset[str]:
        """The countries it names, by name or by a place."""
        named = {word.country for word in self.words if word.country}
        return frozenset(named | {spot.country for spot in self.spots})


@dataclass(frozen=True, slots=True)
class Worth:
    """What a word is worth, and why."""

    worth: float  # 0..1
    why: str
    border: str = ""  # whose border it names: "UA", "UA-PL"; empty when it names none
    firm: bool = True  # it counts though the sentence speaks of another border


def worth_of(hit: Hit, sentence: Sentence, profile: Profile) -> Worth:
    """Return what a word is worth in its sentence; its weight where the topic has no country."""
    if not profile.countries:
        return Worth(hit.concept.weight, "a topic of no country")
    judge = _frontier if hit.concept.frontier else _supported
    found = judge(hit, sentence, profile)
    worth = round(min(1.0, found.worth * hit.concept.weight), 3)
    border = _border(hit, sentence, profile) if hit.concept.frontier and worth else ""
    return Worth(worth, found.why, border, found.firm)


def elsewhere(judged: Sequence[tuple[Hit, Sentence]], profile: Profile) -> frozenset[str]:
    """Return the countries whose border a title speaks of, when it is none of the topic's.

    "Polish border guards" below such a title are not at the topic's border: neighbours have
    other borders too.

    Args:
        judged: The title's words for a concept, each with its sentence.
        profile: The topic.
    """
    found = [
        (worth_of(hit, sentence, profile), *_beside(hit, sentence))
        for hit, sentence in judged
        if hit.concept.frontier
    ]
    if any(worth.worth and worth.firm for worth, _, _ in found):
        return frozenset()
    others = [before | after for worth, before, after in found if worth.why == ANOTHER]
    return frozenset().union(*others)


def is_placed(spots: Sequence[Spot], profile: Profile) -> bool:
    """Whether a place says what an article asks of one, and says anything at all."""
    return any(spot.share and spot.share >= profile.whole.place for spot in spots)


# --- words for a border ----------------------------------------------------------------------


def _frontier(hit: Hit, sentence: Sentence, profile: Profile) -> Worth:
    """Judge whose border it is by the countries beside the word, then by those farther off."""
    ours, head = profile.countries, sentence.head.countries
    home = sentence.home if sentence.home in ours | profile.neighbours else ""  # has no such border
    before, after = _beside(hit, sentence)
    others = (before | after) - {home}
    share = _share(sentence.spots)
    told_by_head = bool(ours & head) and (not sentence.whole or sentence.where == "title")
    near = is_placed(sentence.around.spots, profile)
    rules = (
        (bool((before | after) & ours), SURE, "the country stands beside it"),
        (_elsewhere(before, after, home, profile), 0.0, ANOTHER),
        (share >= POSSIBLE, LIKELY, "a place at the border"),
        (share > 0, POSSIBLE, "a place near the border"),
        (bool(sentence.elsewhere) and others <= sentence.elsewhere, 0.0, ANOTHER),
        (home in ours and bool(others), LIKELY, NEIGHBOURS),
        (home in profile.neighbours and bool(others), 0.0, ANOTHER),
        (_far_off(head, profile), 0.0, ANOTHER),
        (home in ours, OWN_BORDER, OWN),
        (len(others) > 1, 0.0, ANOTHER),
        (bool(ours & sentence.countries), POSSIBLE, "the country in the sentence"),
        (near, POSSIBLE, "a place at the border beside the sentence"),
        (told_by_head, WEAK, "the country in title or lead"),
    )
    worth, why = next(
        ((worth, why) for holds, worth, why in rules if holds), (0.0, "nobody's border")
    )
    return Worth(worth, why, firm=why not in INFERRED)


def _elsewhere(
    before: AbstractSet[str], after: AbstractSet[str], home: str, profile: Profile
) -> bool:
    """Whether the countries beside a word share a border that is none of ours."""
    here = before - {home}
    return (
        bool((before | after) - {home} - profile.neighbours)
        or bool(here and after - before - {home})
        or (len(here) > 1 and not after)
    )


def _far_off(named: AbstractSet[str], profile: Profile) -> bool:
    """Whether two countries are named, and neither is ours or a neighbour of ours."""
    return len(named) > 1 and not named & (profile.countries | profile.neighbours)


def _border(hit: Hit, sentence: Sentence, profile: Profile) -> str:
    ours = min(profile.countries, default="")
    before, after = _beside(hit, sentence)
    beyond = sorted((before | after) & profile.neighbours)
    return f"{ours}-{beyond[0]}" if len(beyond) == 1 else ours


def _beside(hit: Hit, sentence: Sentence) -> tuple[set[str], set[str]]:
    """Return the countries named shortly before a word (or in it) and shortly after it."""
    words = sentence.words
    before = [word for word in words if word.end <= hit.start][-WORDS_BEFORE:]
    inside = [word for word in words if hit.start < word.end and word.start < hit.end]
    after = [word for word in words if word.start >= hit.end][:WORDS_AFTER]
    return _countries(before + inside), _countries(after)


def _countries(words: Sequence[Word]) -> set[str]:
    return {word.country for word in words if word.country}


# --- all other words -------------------------------------------------------------------------


def _supported(hit: Hit, sentence: Sentence, profile: Profile) -> Worth:
    """Judge what is named in the sentence, or where title and lead explain each other."""
    own = Named(sentence.countries, sentence.spots)
    if sentence.whole:
        return _in_article(hit.concept, sentence, own, profile)
    alone = _support(own, hit.concept, sentence.home, profile)
    if sentence.where == "body":
        return alone
    together = _support(_joined(own, sentence.head), hit.concept, sentence.home, profile)
    return max(alone, Worth(EXPLAINED * together.worth, together.why, firm=False), key=_worth)


def _in_article(concept: Concept, sentence: Sentence, own: Named, profile: Profile) -> Worth:
    """Judge a word in an article, whose every sentence may name the country.

    A place tells where things happen. Without one it must be a neighbour, and for what is met
    everywhere in a war (`local`) nothing else will do.
    """
    near = _joined(own, sentence.around)
    if sentence.at_border:
        near = _joined(near, _border_of(profile))
    here = near if sentence.where == "title" else own  # a title is explained by its lead
    across = concept.across and _across(here, profile)
    placed = across or is_placed(near.spots, profile)
    if concept.local and not placed:
        return Worth(0.0, "no place at the border beside it", firm=False)
    if not placed and not _share(own.spots) and not _neighbours(own, profile):
        return Worth(0.0, "the country alone", firm=False)
    return _support(near if placed else own, concept, sentence.home, profile)


def _border_of(profile: Profile) -> Named:
    """Return a word for the topic's border as what it is to words beside it: a place there."""
    country = min(profile.countries, default="")
    return Named(frozenset({country}), (Spot(AT_BORDER, country),))


def _support(named: Named, concept: Concept, home: str, profile: Profile) -> Worth:
    country = float(bool(named.countries & profile.countries))
    country = country or HOME_SUPPORT * (home in profile.countries)
    neighbours = _neighbours(named, profile)
    if neighbours == 1 and not country and named.countries - profile.neighbours:
        neighbours = 0  # what lies between that neighbour and somebody else
    place = _share(named.spots)
    worth = (
        profile.country_support * country
        + profile.neighbour_support * neighbours
        + profile.place_support * place
        + profile.across_support * (concept.across and _across(named, profile))
    )
    why = f"beside it: country {country:g}, neighbours {neighbours}, place {place:g}"
    return Worth(worth, why, firm=False)


def _neighbours(named: Named, profile: Profile) -> int:
    """Count the neighbours that tell something, at most two."""
    shown = {spot.country for spot in named.spots if spot.share}
    telling = profile.neighbours - (profile.commonplace - shown)
    return min(2, len(named.countries & telling))


def _across(named: Named, profile: Profile) -> bool:
    return any(spot.country in profile.neighbours and spot.share for spot in named.spots)


def _share(spots: Sequence[Spot]) -> float:
    return max((spot.share for spot in spots), default=0.0)


def _joined(one: Named, other: Named) -> Named:
    return Named(one.countries | other.countries, (*one.spots, *other.spots))


def _worth(found: Worth) -> float:
    return found.worth
