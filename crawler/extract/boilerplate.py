"""Lines that outlets put into every article: read-also links, newsletter offers, share bars."""

from collections.abc import Iterable

from crawler.extract.phrases import FURNITURE, OFFERS, PHOTO, READ_ALSO, any_of

_OPENING = any_of(READ_ALSO + OFFERS, before=r"^[\W_]*")
_FURNITURE = any_of(FURNITURE, before="^", after="$")
_PHOTO = any_of(PHOTO, before=r"^[(\[]?\s*", after=r"\s*[.:/©|]")
_LONGEST_OFFER = 240  # letters; a longer paragraph that begins so is the article speaking
_LONGEST_CREDIT = 200


def without_boilerplate(lines: Iterable[str]) -> list[str]:
    """Return the lines that belong to the article, each trimmed."""
    return [line for line in map(str.strip, lines) if line and not is_boilerplate(line)]


def is_boilerplate(line: str) -> bool:
    """Return whether a line stands in the article without being part of it."""
    if _FURNITURE.match(line):
        return True
    if len(line) <= _LONGEST_CREDIT and _PHOTO.match(line):
        return True
    return len(line) <= _LONGEST_OFFER and bool(_OPENING.match(line))
