"""Use case: an article or an outlet is forgotten everywhere, and does not come back.

The tombstone is written first. Whoever places an article looks for one afterwards, so that of a
placing and a forgetting at the same moment one sees the other.

Source: docs/decisions/0091-forgetting.md
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.model import (
    Article,
    ArticleId,
    OutletId,
    Skipped,
    SkipReason,
    Tombstone,
    TopicId,
)
from crawler.ports import Clock, Corpus, Depart, Erasure, Frontier, Tombstones


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What a forgetting removed."""

    articles: int  # from stories, one for each topic
    records: int  # from the corpus
    entries: int  # from the frontier and its lists
    feeds_paused: int


class Forget:
    """Removes articles from stories, index, events, corpus and frontier, for good.

    Args:
        topics: Where articles may stand.
        depart: What becomes of a story that loses an article; must be pure.
    """

    def __init__(
        self,
        tombstones: Tombstones,
        stories: Erasure,
        corpus: Corpus,
        frontier: Frontier,
        *,
        clock: Clock,
        topics: Sequence[TopicId],
        depart: Depart,
    ) -> None:
        self._tombstones = tombstones
        self._stories = stories
        self._corpus = corpus
        self._frontier = frontier
        self._clock = clock
        self._topics = topics
        self._depart = depart

    async def articles(self, ids: Sequence[ArticleId], why: str) -> Forgotten:
        """Forget single articles."""
        known = frozenset[str](ids)
        await self._remember(ids, why)
        return Forgotten(
            articles=sum([await self._from_stories(one) for one in ids]),
            records=await self._corpus.forget(lambda article: article.id in known),
            entries=await self._frontier.forget(lambda entry: entry.id in known),
            feeds_paused=0,
        )

    async def outlet(self, outlet: OutletId, why: str) -> Forgotten:
        """Forget all that an outlet published, and stop asking it."""
        await self._remember([outlet], why)
        paused = await self._pause(outlet)
        return Forgotten(
            articles=sum([await self._of_outlet(topic, outlet) for topic in self._topics]),
            records=await self._corpus.forget(lambda article: article.outlet == outlet),
            entries=await self._frontier.forget(lambda entry: entry.outlet == outlet),
            feeds_paused=paused,
        )

    async def knows(self, subject: ArticleId | OutletId) -> bool:
        """Tell whether corpus or crawl hold an article, or anything of an outlet.

        What was forgotten before is known as well: whoever repeats a forgetting is not told that
        there is nothing. Stories are not looked at.
        """
        article, outlet = ArticleId(subject), OutletId(subject)
        return (
            await self._tombstones.cover(article, outlet)
            or any(state.feed.outlet == outlet for state in await self._frontier.feeds())
            or await self._frontier.holds(lambda entry: subject in {entry.id, entry.outlet})
            or await self._corpus_holds(subject)
        )

    async def _corpus_holds(self, subject: str) -> bool:
        async for article in self._corpus.read():
            if subject in {article.id, article.outlet}:
                return True
        return False

    async def passed(self, prepared: Article | Skipped) -> Article | Skipped:
        """Return what was prepared; an article that was forgotten before is skipped."""
        if isinstance(prepared, Article) and await self._covered(prepared):
            return Skipped(SkipReason.FORGOTTEN)
        return prepared

    async def placed(self, article: Article) -> None:
        """Take an article out again that was forgotten while it was being placed."""
        if await self._covered(article):
            await self._from_stories(article.id)
            await self._corpus.forget(lambda kept: kept.id == article.id)

    async def _covered(self, article: Article) -> bool:
        return await self._tombstones.cover(article.id, article.outlet)

    async def _remember(self, subjects: Sequence[str], why: str) -> None:
        now = self._clock.now()
        await self._tombstones.add([Tombstone(subject, why, now) for subject in subjects])

    async def _from_stories(self, article: ArticleId) -> int:
        return sum(
            [await self._stories.forget(topic, article, self._depart) for topic in self._topics]
        )

    async def _of_outlet(self, topic: TopicId, outlet: OutletId) -> int:
        articles = await self._stories.of_outlet(topic, outlet)
        return sum([await self._stories.forget(topic, one, self._depart) for one in articles])

    async def _pause(self, outlet: OutletId) -> int:
        feeds = [one.feed.id for one in await self._frontier.feeds() if one.feed.outlet == outlet]
        return sum([await self._frontier.pause_feed(feed, paused=True) for feed in feeds])
