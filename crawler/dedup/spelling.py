"""Words in a plain spelling: without marks, in one script, small numbers in digits.

Source: docs/decisions/0215-words-without-marks.md; docs/decisions/0216-numbers-by-value.md
"""

import re
from collections.abc import Iterator, Sequence

from crawler.dedup.number_words import SMALL_NUMBERS
from crawler.marks import without_marks

_SOUTH_SLAVIC = re.compile("[ђљњћџјѓќѕ]")
_OTHER_CYRILLIC = re.compile("[ъщьюяыэіїєґўй]")
_TO_LATIN = str.maketrans(
    dict(zip("абвгдезијклмнопрстуфхцчш", "abvgdezijklmnoprstufhccs", strict=True))
    | {"ж": "z", "ђ": "dj", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz"}
    | {"ѓ": "gj", "ќ": "kj", "ѕ": "dz"}
)


def plain(words: Sequence[str]) -> list[str]:
    """Return normalised words as texts are compared by them, one for each and in order.

    Latin and Greek letters lose their marks, which posts leave out and keyboards spell in two
    ways; Cyrillic ones that look like it (й, ї) are letters and stay. Serbian and
    Macedonian take Latin letters. Numbers from two to twelve stand in digits: one newsroom
    writes *seven*, another 7.
    """
    return [_DIGITS.get(word, word) for word in _unmarked(words)]


def _unmarked(words: Sequence[str]) -> Sequence[str]:
    text = " ".join(words)
    if text.isascii():
        return words
    if _SOUTH_SLAVIC.search(text) and not _OTHER_CYRILLIC.search(text):
        text = text.translate(_TO_LATIN)
    return without_marks(text).split(" ")


def _digits_by_word() -> Iterator[tuple[str, str]]:
    digits = ""
    for word in _unmarked(" ".join(SMALL_NUMBERS.values()).split()):
        if word.isdigit():
            digits = word
        else:
            yield word, digits


_DIGITS = dict(_digits_by_word())
