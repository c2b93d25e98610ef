"""Which countries a text names, as nouns, adjectives, peoples or by their capitals."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")
_ELIDED = re.compile(r"^(?:[ldjmnst]|qu)['’]")  # l'Ukraine, d'Ukraine
_KEY = 3  # letters by which beginnings are looked up
_WHOLE = 3  # beginnings no longer than this must be the whole word


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, and the country it names."""

    text: str
    start: int
    end: int
    country: str = ""  # ISO 3166-1 alpha-2, or empty


class CountryFinder:
    """Tells countries by how the words for them begin, in all languages at once.

    Beginnings rather than names: the languages of the region inflect, and derive adjectives
    and peoples from the same stem.
    """

    def __init__(self, beginnings: Mapping[str, Iterable[str]]) -> None:
        self._stems: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for country, stems in beginnings.items():
            for stem in stems:
                self._stems[stem[:_KEY]].append((stem, country))
        for found in self._stems.values():
            found.sort(key=lambda pair: -len(pair[0]))

    def words(self, text: str, offset: int = 0) -> list[Word]:
        """Return the words of a lower-case text in order, each with the country it names.

        Args:
            text: A part of a text.
            offset: Where it begins in the whole, for the words' places.
        """
        return [
            Word(match[0], match.start() + offset, match.end() + offset, self._country(match[0]))
            for match in _WORD.finditer(text)
        ]

    def _country(self, word: str) -> str:
        word = _ELIDED.sub("", word)
        for stem, country in self._stems.get(word[:_KEY], ()):
            if word == stem or (len(stem) > _WHOLE and word.startswith(stem)):
                return country
        return ""
