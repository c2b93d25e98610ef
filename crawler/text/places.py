"""Which places of a gazetteer a text names, and where."""

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from crawler.model import Mention, PlaceId
from crawler.text.adjectives import SHORTEST_SMALL, adjectives
from crawler.text.inflection import forms

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`][^\W\d_]+)*")
_APOSTROPHES = re.compile("[’ʼ`]")
READABLE = {
    "uk": frozenset({"uk", "ru"}),
    "ru": frozenset({"ru", "uk", "be"}),
    "be": frozenset({"be", "ru", "uk"}),
    "en": frozenset({"en"}),
    "bg": frozenset({"ru", "uk"}),
    "mk": frozenset({"ru", "uk"}),
    "sr": frozenset({"ru", "uk", "sk", "en"}),
    "cs": frozenset({"cs", "sk", "en"}),
    "sk": frozenset({"sk", "cs", "en"}),
}  # whose names a text uses; others use their own and the English ones
_ELIDED = re.compile(r"^(?:[cdjlmnst]|qu|un|coll|(?:d?[ae]|ne|que|su)ll|quest)'", re.IGNORECASE)
ELIDING = frozenset({"fr", "it"})  # join a little word to what follows: l'Ukraine, dell'Ucraina
SUFFIXING = frozenset({"tr", "et"})  # join endings to a name: Lviv'de
_CROSSING = (
    r"(?:кпп|пп|(?:пункт|пост|перех[оі]д|митниц|таможн)\w*(?: пропуск[ау])?|crossing|checkpoint"
    r"|przejści\w+|przejść|vam[aăe]\w*|punct\w*|ptf|határátkelő\w*|priechod\w*|přechod\w*"
    r"|grenzübergang|grensovergang|grenspost|valico|(?:paso|puesto) fronterizo"
    r"|poste[- ]frontière|robežpunkt\w*|piiripunkt\w*)(?: (?:de|di|del|bij|v))?"
)
_BEFORE = re.compile(rf"\b{_CROSSING}\W{{1,3}}$", re.IGNORECASE)
_BEHIND = re.compile(
    r"^\W{1,3}(?:(?:на|at|w|la)\s+)?(?:кпп|митниц|таможн|border crossing|checkpoint|vam[aăe]"
    r"|(?:sınır|hudut) kapı|piiripunkt|robežpunkt|grensovergang)",
    re.IGNORECASE,
)  # not "пост": people named like towns hold posts
_SHIPS = (
    "submarin", "cruiser", "warship", "krążownik", "okręt", "podwodn", "crucero", "incrociator",
    "sottomarin", "onderzeeër", "kruiser", "denizaltı", "kruvazör",
)  # fmt: skip
_SHIPS_QUOTED = (
    "крейсер", "фрегат", "корвет", "підлодк", "подлодк", "субмарин", "лодк", "човен", "корабл",
    "корабель",
)  # in Cyrillic before quotation marks; else a genitive follows: кораблі України  # fmt: skip
_STREETS = (
    "вулиц", "улиц", "вуліц", "проспект", "площ", "провул", "переул", "шосе", "шоссе", "ulic",
)  # fmt: skip
_STREETS_CUT = frozenset({"вул", "ул", "просп", "ul"})
_CLOSE = 3  # letters between words that belong together: a space, a full stop, a quotation mark
_CUE_LETTERS = 30  # as far as the words that make an ambiguous name a crossing's


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a place, with the language whose grammar inflects it."""

    place: PlaceId
    text: str
    language: str
    against: tuple[str, ...] | None = None  # not None: ambiguous; words that rule the place out
    described: bool = True  # whether the adjectives made of it speak of the place


@dataclass(frozen=True, slots=True)
class _Pattern:
    place: PlaceId
    language: str
    small: bool  # it may stand without a capital: "obwód lwowski", "львівський"
    against: tuple[str, ...] | None
    rest: tuple[frozenset[str], ...]  # the forms of the words after the first
    adjective: bool = False


_Token = tuple[str, int, int]  # the word, and where it stands


@dataclass(frozen=True, slots=True)
class _Candidate:
    mention: Mention
    against: tuple[str, ...] | None


class PlaceFinder:
    """Finds the names of a gazetteer in a text, inflected or not, in one pass over its words.

    A name must stand with its capital; the adjective made of it need not. One that means
    something else as well (`Brest`, `Reni`, `Володимир`) counts only beside another place that
    does not, or as the name of a crossing, and never beside words that speak against it.
    """

    def __init__(self, names: Iterable[Name]) -> None:
        self._by_first: dict[str, list[_Pattern]] = defaultdict(list)
        self._small: set[str] = set()  # first words that may stand without a capital
        for name in names:
            self._add(name)
        for patterns in self._by_first.values():
            patterns.sort(key=lambda pattern: -len(pattern.rest))

    def sure_words(self, wanted: Container[PlaceId]) -> frozenset[str]:
        """Return the case-folded words that alone and without doubt name one of these places."""
        return frozenset(
            form
            for form, patterns in self._by_first.items()
            if any(
                pattern.place in wanted and not pattern.rest and pattern.against is None
                for pattern in patterns
            )
        )

    def find(self, text: str, language: str = "") -> list[Mention]:
        """Return the mentions in the order of the text; of several names the longest counts.

        Args:
            text: Any text.
            language: ISO 639-1; names of languages that it does not use are then left out.
        """
        plain = _APOSTROPHES.sub("'", text)
        tokens = list(_tokens(plain, language))
        readable = READABLE.get(language, frozenset({language, "en"})) if language else None
        return _sure(list(self._candidates(tokens, readable)), text)

    def _candidates(
        self, tokens: list[_Token], readable: frozenset[str] | None
    ) -> Iterator[_Candidate]:
        upto = 0
        for position, (word, start, _) in enumerate(tokens):
            if position < upto or not self._may_begin(word):
                continue
            length, patterns = self._longest(tokens, position, readable)
            upto = position + length
            if not patterns or _is_ship(tokens, position):
                continue
            street = _is_street(tokens, position, upto - 1)
            for place, pattern in patterns.items():
                if not (pattern.adjective and street):
                    mention = Mention(place, start, tokens[upto - 1][2])
                    yield _Candidate(mention, pattern.against)

    def _may_begin(self, word: str) -> bool:
        return word[0].isupper() or word in self._small

    def _longest(
        self, tokens: list[_Token], position: int, readable: frozenset[str] | None
    ) -> tuple[int, dict[PlaceId, _Pattern]]:
        first = tokens[position][0]
        capital = first[0].isupper()
        length, found = 0, dict[PlaceId, _Pattern]()
        for pattern in self._by_first.get(first.casefold(), ()):
            if len(pattern.rest) + 1 < length:
                break
            if readable is not None and pattern.language not in readable:
                continue
            if (pattern.small or capital) and _fits(pattern, tokens, position):
                length = len(pattern.rest) + 1
                found.setdefault(pattern.place, pattern)
        return length, found

    def _add(self, name: Name) -> None:
        words = _WORD.findall(_APOSTROPHES.sub("'", name.text))
        if not words:
            return
        pattern = _Pattern(
            name.place,
            name.language,
            name.text[0].islower(),
            name.against,
            tuple(forms(word, name.language) for word in words[1:]),
        )
        self._index(pattern, forms(words[0], name.language))
        if name.described and len(words) == 1 and not name.against:
            small = len(words[0]) >= SHORTEST_SMALL
            pattern = replace(pattern, small=small, against=None, adjective=True)
            self._index(pattern, adjectives(words[0], name.language))

    def _index(self, pattern: _Pattern, first: Iterable[str]) -> None:
        for form in first:
            if pattern not in self._by_first[form]:
                self._by_first[form].append(pattern)
            if pattern.small:
                self._small.add(form)


def names_of(
    places: Mapping[PlaceId, Mapping[str, Iterable[str]]],
    ambiguous: Mapping[str, tuple[str, ...]],
    borrowing: Iterable[str] = (),
    undescribed: Container[PlaceId] = (),
) -> Iterator[Name]:
    """Yield every name of every place, inflected as its language does.

    Args:
        places: The names of each place by language.
        ambiguous: Names that mean something else as well, with the words against them.
        borrowing: Languages that use the English name of a place they have none for.
        undescribed: Places of whose adjectives nothing is made: "Ukrainian" is not Ukraine.
    """
    for place, named in places.items():
        spoken = {**{code: named.get("en", ()) for code in borrowing}, **named}
        for language, spellings in spoken.items():
            for spelling in spellings:
                own = place not in undescribed
                yield Name(place, spelling, language, ambiguous.get(spelling), own)


def _tokens(text: str, language: str) -> Iterator[_Token]:
    """Yield the words; of what an apostrophe joins to a name, as a language does, the name."""
    for match in _WORD.finditer(text):
        start, end = match.span()
        if language in SUFFIXING:
            end = start + len(match[0].partition("'")[0])
        elif language in ELIDING and (elided := _ELIDED.match(match[0])):
            start += elided.end()
        yield text[start:end], start, end


def _neighbour(tokens: list[_Token], position: int, step: int) -> str:
    """Return the word before (-1) or after (1) one, case-folded; empty when it stands apart."""
    beside = position + step
    if not 0 <= beside < len(tokens):
        return ""
    first, second = sorted((position, beside))
    gap = tokens[second][1] - tokens[first][2]
    return tokens[beside][0].casefold() if gap <= _CLOSE else ""


def _is_ship(tokens: list[_Token], position: int) -> bool:
    """Whether a ship bears the name: a word for one is before it, and quotation marks may be."""
    before = _neighbour(tokens, position, -1)
    quoted = position and tokens[position][1] - tokens[position - 1][2] > 1
    return before.startswith(_SHIPS) or bool(quoted and before.startswith(_SHIPS_QUOTED))


def _is_street(tokens: list[_Token], first: int, last: int) -> bool:
    """Whether a word for a street stands before or after these words."""
    beside = (_neighbour(tokens, first, -1), _neighbour(tokens, last, 1))
    return any(word in _STREETS_CUT or word.startswith(_STREETS) for word in beside)


def _fits(pattern: _Pattern, tokens: list[_Token], position: int) -> bool:
    following = tokens[position + 1 : position + 1 + len(pattern.rest)]
    return len(following) == len(pattern.rest) and all(
        token.casefold() in allowed
        for (token, _, _), allowed in zip(following, pattern.rest, strict=True)
    )


def _sure(candidates: list[_Candidate], text: str) -> list[Mention]:
    """Leave out ambiguous names that stand alone, or beside words against them."""
    candidates = [_confirmed(one, text) for one in candidates]
    if all(one.against is None for one in candidates):
        return [one.mention for one in candidates]
    spans = [list(named) for _, named in groupby(candidates, key=lambda one: one.mention.start)]
    plain = any(all(one.against is None for one in named) for named in spans)
    words = [match[0] for match in _WORD.finditer(text.casefold())]
    return [one.mention for named in spans if _holds(named, words, plain=plain) for one in named]


def _confirmed(candidate: _Candidate, text: str) -> _Candidate:
    """Return the candidate without its doubt where the text calls it a crossing."""
    if candidate.against is None:
        return candidate
    start, end = candidate.mention.start, candidate.mention.end
    before, behind = text[max(0, start - _CUE_LETTERS) : start], text[end : end + _CUE_LETTERS]
    sure = _BEFORE.search(before) or _BEHIND.search(behind)
    return _Candidate(candidate.mention, None) if sure else candidate


def _holds(named: list[_Candidate], words: list[str], *, plain: bool) -> bool:
    doubts = [one.against for one in named if one.against is not None]
    if not doubts:
        return True
    against = tuple({beginning for one in doubts for beginning in one})
    return plain and not (against and any(word.startswith(against) for word in words))
