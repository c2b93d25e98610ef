"""Which places a text is most about, told by where it names them and how wide they are.

Source: docs/decisions/0183-focus.md
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from crawler.model import Mention, PlaceId

TITLE, LEAD, BODY = 4.0, 2.0, 1.0  # what a mention is worth by where it stands
LEAD_LETTERS = 300


def in_focus(
    mentions: Iterable[Mention], title_letters: int, breadth: Mapping[PlaceId, float]
) -> list[PlaceId]:
    """Return each place once, the one that the text is most about first.

    Args:
        mentions: In the order of the text, offsets in title and text joined by a line end.
        title_letters: Length of the title.
        breadth: For how much a mention counts, 0..1, the less the wider the place; 1 where none
            is given. A report from Medyka names Poland more often than Medyka.
    """
    weights: defaultdict[PlaceId, float] = defaultdict(float)
    for mention in mentions:
        weights[mention.place] += _worth(mention.start, title_letters) * breadth.get(
            mention.place, 1.0
        )
    return sorted(weights, key=lambda place: -weights[place])


def _worth(start: int, title_letters: int) -> float:
    if start < title_letters:
        return TITLE
    return LEAD if start <= title_letters + LEAD_LETTERS else BODY
