"""Words in a plain spelling: without marks, and in one script where a language has two.

Source: docs/decisions/0215-words-without-marks.md
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import chain

_MARKED = (range(0xC0, 0x250), range(0x370, 0x400), range(0x1E00, 0x2000))  # Latin, Greek
_LOOSE = range(0x300, 0x370)  # marks that stand by themselves
_UNDIVIDED = {"đ": "dj", "ł": "l", "ø": "o", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
_SOUTH_SLAVIC = re.compile("[ђљњћџјѓќѕ]")
_OTHER_CYRILLIC = re.compile("[ъщьюяыэіїєґўй]")
_TO_LATIN = str.maketrans(
    dict(zip("абвгдезијклмнопрстуфхцчш", "abvgdezijklmnoprstufhccs", strict=True))
    | {"ж": "z", "ђ": "dj", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz"}
    | {"ѓ": "gj", "ќ": "kj", "ѕ": "dz"}
)


def _without_marks() -> Iterator[tuple[int, str]]:
    for code in chain(*_MARKED):
        parts = unicodedata.normalize("NFD", chr(code))
        base = "".join(part for part in parts if not unicodedata.combining(part))
        if base != chr(code):
            yield code, base


_PLAIN = dict(_without_marks()) | dict.fromkeys(_LOOSE, "") | str.maketrans(_UNDIVIDED)


def plain(words: Sequence[str]) -> list[str]:
    """Return normalised words as texts are compared by them, one for each and in order.

    Latin and Greek letters lose their marks, which posts leave out and keyboards spell in two
    ways; Cyrillic ones that look like it (й, ї) are letters and stay. Serbian and
    Macedonian take Latin letters.
    """
    text = " ".join(words)
    if text.isascii():
        return list(words)
    if _SOUTH_SLAVIC.search(text) and not _OTHER_CYRILLIC.search(text):
        text = text.translate(_TO_LATIN)
    return text.translate(_PLAIN).split(" ")
