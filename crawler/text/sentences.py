"""A text as sentences, each in its part: title, lead or body."""

import re
from collections.abc import Iterator

LEAD_LETTERS = 400
_GAP = re.compile(r"(?<=[.!?…])[\"”»]?\s+|\n+")

Span = tuple[int, int]  # where something begins and ends


def sentences_of(text: str) -> Iterator[Span]:
    """Yield where each sentence stands, in order; a line's end ends one too."""
    start = 0
    for gap in _GAP.finditer(text):
        if gap.start() > start:
            yield start, gap.start()
        start = gap.end()
    if start < len(text):
        yield start, len(text)


def part_of(start: int, title: int) -> str:
    """Return the part that begins there: "title", "lead" or "body".

    Args:
        start: Offset in title and text joined by a line end.
        title: Letters of the title.
    """
    if start < title:
        return "title"
    return "lead" if start <= title + LEAD_LETTERS else "body"


def lower_case(text: str) -> str:
    """Return the text in lower case, letter for letter, so that offsets hold."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(one if len(one := letter.lower()) == 1 else letter for letter in text)
