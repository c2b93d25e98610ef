"""What lets go of texts whose outlet's term is over; everything else about the articles stays.

Source: docs/decisions/0212-texts-have-a-term.md
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from crawler.directory import Directory
from crawler.model import ArticleId, OutletId, TopicId
from crawler.ports import Clock, Corpus, Erasure, Texts

STEP = 1_000  # texts let go of at once
IN_HAND = timedelta(minutes=10)  # after its fetch an article may still be on its way to its place

KeptUntil = Callable[[OutletId, datetime], Awaitable[datetime]]
Fetched = Mapping[ArticleId, datetime]


class Terms:
    """How long each outlet lets its texts be kept.

    Args:
        directory: Who the outlets are.
        otherwise: The term of outlets that nobody told of.
    """

    def __init__(self, directory: Directory, otherwise: timedelta) -> None:
        self._directory = directory
        self._otherwise = otherwise

    async def of(self, name: OutletId) -> timedelta:
        """Return the term of an outlet's texts, counted from when they were fetched."""
        outlet = await self._directory.outlet(name)
        return timedelta(days=outlet.keep_text_days) if outlet else self._otherwise

    async def end(self, name: OutletId, fetched: datetime) -> datetime:
        """Return until when a text may be kept."""
        return fetched + await self.of(name)

    async def mark(self, texts: Texts) -> str:
        """Return what is another once the term of any text that is noted is."""
        days = {name: (await self.of(name)).days for name in await texts.outlets()}
        usual = self._otherwise.days
        return json.dumps([usual, {name: term for name, term in days.items() if term != usual}])


class TextTerms:
    """Takes texts out of stories and corpus once their term is over.

    Any number of processes may do so at once, and again after a crash: a text that is gone cannot
    go twice, and is struck off last.
    """

    def __init__(
        self,
        texts: Texts,
        stories: Erasure,
        corpus: Corpus,
        terms: Terms,
        *,
        clock: Clock,
        topics: Sequence[TopicId],
    ) -> None:
        self._texts = texts
        self._stories = stories
        self._corpus = corpus
        self._terms = terms
        self._clock = clock
        self._topics = topics

    async def sweep(self) -> int:
        """Let go of every text whose term is over now; return how many articles that were.

        Outlets go together: every cut reads through the whole corpus. What may be in hand stays
        noted, for whoever sweeps next: it is kept before it is placed.
        """
        count, struck = 0, 1
        while struck and (due := await self._due()):
            gone = _newest(due.values())
            for topic in self._topics:
                await self._stories.drop_texts(topic, list(gone))
            await self._corpus.cut(gone)
            struck = await self._strike(due)
            count += len(gone)
        return count

    async def _strike(self, due: Mapping[OutletId, Fetched]) -> int:
        """Forget those that are not in hand any more; return how many that were."""
        settled = self._clock.now() - IN_HAND
        count = 0
        for outlet, some in due.items():
            over = {article: at for article, at in some.items() if at <= settled}
            if over:
                await self._texts.strike(outlet, over)
            count += len(over)
        return count

    async def _due(self) -> Mapping[OutletId, Fetched]:
        found: dict[OutletId, Fetched] = {}
        room = STEP
        for outlet in await self._texts.outlets():
            horizon = self._clock.now() - await self._terms.of(outlet)
            if room and (some := await self._texts.older(outlet, horizon, room)):
                found[outlet] = some
                room -= len(some)
        return found


def _newest(found: Iterable[Fetched]) -> Fetched:
    """Return all of them; of an address that two outlets list, its newest text."""
    pairs = sorted((at, article) for some in found for article, at in some.items())
    return {article: at for at, article in pairs}
