"""Letters without their marks, as they are left out in posts and on foreign keyboards.

Source: docs/decisions/0215-words-without-marks.md
"""

import unicodedata
from collections.abc import Iterator
from itertools import chain

_MARKED = (range(0xC0, 0x250), range(0x370, 0x400), range(0x1E00, 0x2000))  # Latin, Greek
_LOOSE = range(0x300, 0x370)  # marks that stand by themselves
_UNDIVIDED = {"đ": "dj", "ł": "l", "ø": "o", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}


def without_marks(text: str) -> str:
    """Return a normalised text with plain Latin and Greek letters; Cyrillic й and ї stay."""
    return text if text.isascii() else text.translate(_PLAIN)


def _divided() -> Iterator[tuple[int, str]]:
    for code in chain(*_MARKED):
        parts = unicodedata.normalize("NFD", chr(code))
        base = "".join(part for part in parts if not unicodedata.combining(part))
        if base != chr(code):
            yield code, base


_PLAIN = dict(_divided()) | dict.fromkeys(_LOOSE, "") | str.maketrans(_UNDIVIDED)
