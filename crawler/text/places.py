"""Which places of a gazetteer a text names, and where."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crawler.model import PlaceId
from crawler.text.inflection import forms

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ`][^\W\d_]+)*")
_APOSTROPHES = str.maketrans("’ʼ`", "'''")


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a place, with the language whose grammar inflects it."""

    place: PlaceId
    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A place named in a text; offsets in letters."""

    place: PlaceId
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Pattern:
    place: PlaceId
    lower: bool  # the name is written small ("obwód lwowski")
    rest: tuple[frozenset[str], ...]  # the forms of the words after the first


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int


class PlaceFinder:
    """Finds the names of a gazetteer in a text, inflected or not, in one pass over its words."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._by_first: dict[str, list[_Pattern]] = defaultdict(list)
        for name in names:
            self._add(name)
        for patterns in self._by_first.values():
            patterns.sort(key=lambda pattern: -len(pattern.rest))

    def find(self, text: str) -> list[Mention]:
        """Return the mentions in the order of the text; of several names the longest counts."""
        tokens = [
            _Token(match[0].translate(_APOSTROPHES), *match.span())
            for match in _WORD.finditer(text)
        ]
        return list(self._mentions(tokens))

    def _mentions(self, tokens: list[_Token]) -> Iterator[Mention]:
        position = 0
        while position < len(tokens):
            length, places = self._longest(tokens, position)
            for place in places:
                end = tokens[position + length - 1].end
                yield Mention(place, tokens[position].start, end)
            position += max(length, 1)

    def _longest(self, tokens: list[_Token], position: int) -> tuple[int, list[PlaceId]]:
        first = tokens[position].text
        capital = first[0].isupper()
        length, places = 0, list[PlaceId]()
        for pattern in self._by_first.get(first.casefold(), ()):
            if not (capital or pattern.lower):
                continue
            if len(pattern.rest) + 1 >= length and _fits(pattern, tokens, position):
                length = len(pattern.rest) + 1
                places.append(pattern.place)
        return length, list(dict.fromkeys(places))

    def _add(self, name: Name) -> None:
        words = [match[0].translate(_APOSTROPHES) for match in _WORD.finditer(name.text)]
        if not words:
            return
        pattern = _Pattern(
            name.place,
            name.text[0].islower(),
            tuple(forms(word, name.language) for word in words[1:]),
        )
        for form in forms(words[0], name.language):
            if pattern not in self._by_first[form]:
                self._by_first[form].append(pattern)


def _fits(pattern: _Pattern, tokens: list[_Token], position: int) -> bool:
    following = tokens[position + 1 : position + 1 + len(pattern.rest)]
    return len(following) == len(pattern.rest) and all(
        token.text.casefold() in forms for token, forms in zip(following, pattern.rest, strict=True)
    )
