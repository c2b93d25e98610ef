"""A text as sentences, each in its part: title, lead or body."""

import re
from collections.abc import Iterator

LEAD_LETTERS = 400
LONGEST = 1_000  # letters of a sentence: what runs on without a stop is taken in pieces
_GAP = re.compile(r"(?<=[.!?…])[\"”»]?\s+|\n+")
_DOTS = str.maketrans("Iİ", "ıi")

Span = tuple[int, int]  # where something begins and ends


def sentences_of(text: str) -> Iterator[Span]:
    """Yield where each sentence stands, in order; a line's end ends one too, and `LONGEST`."""
    start = 0
    for gap in _GAP.finditer(text):
        yield from _pieces(text, start, gap.start())
        start = gap.end()
    yield from _pieces(text, start, len(text))


def _pieces(text: str, start: int, end: int) -> Iterator[Span]:
    while end - start > LONGEST:
        space = text.rfind(" ", start + 1, start + LONGEST)
        at = space if space > 0 else start + LONGEST
        yield start, at
        start = at
    if start < end:
        yield start, end


def part_of(start: int, title: int) -> str:
    """Return the part that begins there: "title", "lead" or "body".

    Args:
        start: Offset in title and text joined by a line end.
        title: Letters of the title.
    """
    if start < title:
        return "title"
    return "lead" if start <= title + LEAD_LETTERS else "body"


def lower_case(text: str, language: str = "") -> str:
    """Return the text in lower case, letter for letter, so that offsets hold.

    Turkish has an i with a dot and one without, small and capital: SINIR is sınır.
    """
    if language == "tr":
        text = text.translate(_DOTS)
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(one if len(one := letter.lower()) == 1 else letter for letter in text)
