"""Lines that outlets put into every article: read-also links, newsletter offers, share bars."""

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from crawler.extract.phrases import (
    CREDIT,
    EMBEDS,
    FURNITURE,
    LAST,
    OFFERS,
    PHOTO,
    READ_ALSO,
    READING,
    any_of,
)

_OPENING = any_of(READ_ALSO + OFFERS + EMBEDS, before=r"^[\W_]*")
_FURNITURE = any_of(FURNITURE + READING, before="^", after=r"\W*$")
_BYLINE = re.compile(
    r"^(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or|[Aa]utor(?:ka|zy)?:|[Aa]uthor:|Автор(?:ка|и)?:|Текст:)\s+"
    r"(?:[^\W\d_a-zа-яёіїєґ][\w.'’-]+[\s,]*(?:and|und|та|и|i|oraz)?\s*){2,6}$"
)
_PHOTO = any_of(PHOTO, before=r"^[(\[]?\s*", after=r"\s*[.:/©|]")
_CREDIT = any_of(CREDIT, before=r"(?:^|[\s(\[|])", after=r"\s?[:©]\s?[^.:!?]{2,60}\W*$")
_ABBREVIATED = re.compile(r"(?:^|[.!?)»”\"]\s)(?:Fot|Zdj)\.\s[^.:!?]{2,60}\W*$")
_OWNER = re.compile(r"\s©\s?[^.:!?]{2,60}\W*$")
_LAST = any_of(LAST, before=r"^\W*", after=r"\s*:?\W*$")
_LONGEST_OFFER = 240  # letters; a longer paragraph that begins so is the article speaking
_LONGEST_CREDIT = 200
_LONGEST_CAPTION = 320
_LONGEST_BYLINE = 80
_LARGEST_REST = 0.25  # of the letters, below a heading that ends the article


def without_boilerplate(lines: Iterable[str]) -> list[str]:
    """Return the lines that belong to the article, each trimmed."""
    trimmed = list(filter(None, map(str.strip, lines)))
    return [line for line in _ended(trimmed) if not is_boilerplate(line)]


def is_boilerplate(line: str) -> bool:
    """Return whether a line stands in the article without being part of it."""
    if _FURNITURE.match(line) or (len(line) <= _LONGEST_BYLINE and _BYLINE.match(line)):
        return True
    if len(line) <= _LONGEST_CREDIT and _PHOTO.match(line):
        return True
    if len(line) <= _LONGEST_CAPTION and any(
        kind.search(line) for kind in (_CREDIT, _ABBREVIATED, _OWNER)
    ):
        return True
    return len(line) <= _LONGEST_OFFER and bool(_OPENING.match(line))


def _ended(lines: Sequence[str]) -> Sequence[str]:
    """Drop what follows a heading such as "About the author", where that is the smaller part."""
    read = list(accumulate(map(len, lines), initial=0))
    for at, line in enumerate(lines):
        if read[-1] - read[at] <= _LARGEST_REST * read[-1] and _LAST.match(line):
            return lines[:at]
    return lines
