"""Which countries a text names, as nouns, adjectives, peoples or by their capitals."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ][^\W\d_]+)*")
_ELIDED = re.compile(
    r"^(?:[cdjlmnst]|qu|un|coll|(?:d?[ae]|ne|que|su)ll|quest)['’]"
)  # l'Ukraine, dell'Ucraina
_KEY = 3  # letters by which beginnings are looked up
_WHOLE = 3  # beginnings no longer than this must be the whole word
END = "$"  # marks a longer one that must be


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
        self._whole: dict[str, str] = {}
        self._stems: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for country, stems in beginnings.items():
            for stem in stems:
                if is_whole(stem):
                    self._whole[stem.removesuffix(END)] = country
                else:
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
        if word in self._whole:
            return self._whole[word]
        for stem, country in self._stems.get(word[:_KEY], ()):
            if word.startswith(stem):
                return country
        return ""


class Beginnings:
    """Tells whether some words hold one for a country out of a few.

    Args:
        stems: How the words for them begin, in lower case.
    """

    def __init__(self, stems: Iterable[str]) -> None:
        stems = tuple(stems)
        self._whole = frozenset(stem.removesuffix(END) for stem in stems if is_whole(stem))
        self._open = tuple(stem for stem in stems if not is_whole(stem))

    def __bool__(self) -> bool:
        """Whether there is anything to find."""
        return bool(self._whole or self._open)

    def begin(self, words: AbstractSet[str]) -> bool:
        """Return whether one of these words, in lower case, names one of the countries."""
        return not words.isdisjoint(self._whole) or any(
            word.startswith(self._open) for word in words
        )


def is_whole(stem: str) -> bool:
    """Return whether a beginning must be the whole word: "usa", "vene$" (not Venezia)."""
    return stem.endswith(END) or len(stem) <= _WHOLE
