"""The other forms of the place names in a text: dictionaries lack most of them.

Source: docs/decisions/0112-search.md
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from crawler.catalog.facets import place_of
from crawler.model import PlaceId
from crawler.text.inflection import forms
from crawler.text.lemmas import term
from crawler.text.normalise import words


def place_terms(text: str, language: str, named: Iterable[str], *, most: int) -> list[str]:
    """Return all forms of the names in a text as terms, each once.

    Args:
        text: Plain text.
        language: ISO 639-1; names in other languages are not known.
        named: Places that the text is about: of another, `буду` would be a form of Буда.
        most: So many words are read.
    """
    read = frozenset(words(text)[:most])
    kin = [_kin(PlaceId(name), language) for name in named]
    found = (one[word] for one in kin for word in one if word in read)
    return list(dict.fromkeys(term for some in found for term in sorted(some)))


@cache
def _kin(name: PlaceId, language: str) -> Mapping[str, Iterable[str]]:
    """Return for each form of a place's names the terms of all its forms."""
    kin: dict[str, set[str]] = defaultdict(set)
    for word in _names(name, language):
        inflected = forms(word, language)
        for form in inflected:
            kin[form].update(map(term, inflected))
    return dict(kin)


def _names(name: PlaceId, language: str) -> Iterator[str]:
    """Yield the words of names that are names themselves: `Rava`, not `checkpoint`."""
    place = place_of(name)
    for spelling in place.names.get(language, ()) if place else ():
        proper = (word for word in spelling.replace("-", " ").split() if word[0].isupper())
        yield from words(" ".join(proper))
