"""Words as they are searched for: each with the dictionary forms it may belong to.

Source: docs/decisions/0112-search.md
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from threading import Lock

from simplemma import Lemmatizer
from simplemma.strategies import DefaultStrategy
from simplemma.strategies.dictionaries import StreamDictionaryFactory

from crawler.marks import without_marks
from crawler.text.normalise import words

VERSION = 3  # grows when the same text would give other terms: indexes are then built anew
CYRILLIC, LATIN = ("uk", "ru"), ("en", "pl")
LANGUAGES = (*CYRILLIC, *LATIN)


class Dictionaries(StreamDictionaryFactory):
    """Reads each dictionary once: whoever asks for it meanwhile waits, rather than read it too."""

    def __init__(self) -> None:
        super().__init__()
        self._reading = {language: Lock() for language in LANGUAGES}

    def get_dictionary(self, lang: str) -> Mapping[str, str]:
        """Return the dictionary of a language of `LANGUAGES`."""
        with self._reading[lang]:
            return super().get_dictionary(lang)


_DICTIONARIES = Dictionaries()


def terms(text: str, language: str, *, most: int) -> list[str]:
    """Return the words of a text and their dictionary forms, as an index keeps them.

    Args:
        text: Plain text.
        language: ISO 639-1; words of other languages than `LANGUAGES` stand for themselves.
        most: So many words are read.
    """
    known = (language,) if language in LANGUAGES else ()
    return [form for word in words(text)[:most] for form in _forms(word, known)]


def wanted(query: str, language: str = "") -> list[frozenset[str]]:
    """Return for each word of a query the terms of which a text must have one.

    In an unknown language a word is looked up in all those of its script.
    """
    groups = []
    for word in words(query):
        known = (language,) if language in LANGUAGES else _languages_of(word)
        groups.append(frozenset(_forms(word, known)))
    return [group for group in groups if group]


def term(word: str) -> str:
    """Return a normalised word as an index keeps it: letters and digits, Latin without marks."""
    return without_marks("".join(filter(str.isalnum, word)))


def load() -> None:
    """Read the dictionaries now rather than with the first word."""
    for language in LANGUAGES:
        _lemmatizer().lemmatize("a", language)


def _languages_of(word: str) -> tuple[str, ...]:
    return CYRILLIC if any("\u0400" <= letter <= "\u04ff" for letter in word) else LATIN


def _forms(word: str, languages: Iterable[str]) -> Iterator[str]:
    """Yield a word and its dictionary forms as terms; names are in dictionaries with a capital."""
    spelled = (word, word.capitalize())
    found = (_lemmatizer().lemmatize(one, lang) for lang in languages for one in spelled)
    yield from filter(None, dict.fromkeys(map(term, (word, *(one.casefold() for one in found)))))


@cache
def _lemmatizer() -> Lemmatizer:
    """Return what knows the dictionaries: 5 seconds to load, 100 MB, then 12 us a new word."""
    return Lemmatizer(
        cache_max_size=200_000,
        lemmatization_strategy=DefaultStrategy(dictionary_factory=_DICTIONARIES),
    )
