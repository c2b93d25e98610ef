"""Who carried a story, when, and why that article belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crawler.model import Tie
from crawler.serve.page.cards import Source


@dataclass(frozen=True, slots=True)
class Carrier:
    """An article of the story: who carried it, when, and why it belongs."""

    id: str
    url: str
    title: str
    language: str
    source: Source
    at: datetime
    dated: bool  # by its outlet; else it is when we first saw it
    after: timedelta  # since the first one
    relation: str
    credits: Sequence[str]
    tie: Tie | None  # told from this article to the one that is shown; None: through others
    shown: bool  # is the canonical one
