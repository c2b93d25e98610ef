"""The stories as they are read now, and as they are written now: in every generation at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from crawler.model import (
    Article,
    ArticleId,
    LookAlike,
    OutletId,
    Placement,
    Regrouping,
    Ruling,
    Story,
    StoryId,
    Tie,
    TopicId,
)
from crawler.placing import in_each
from crawler.ports import Decide, Depart, Generations, KeptStories, Regroup

T = TypeVar("T")
Act = Callable[[KeptStories], Awaitable[T]]


class CurrentStories:
    """`ports.KeptStories` over whatever generations there are; answers are those of the read one.

    A generation that is being built is written beside it, so that what is forgotten, let go of
    or ruled meanwhile is so there too.
    """

    def __init__(self, generations: Generations) -> None:
        self._generations = generations

    # --- writing -----------------------------------------------------------------------------

    async def place(self, topic: TopicId, article: Article, decide: Decide) -> Placement:
        """Record what `decide` makes of the article's neighbourhood; see `ports.Stories`."""
        return (await self._each(topic, lambda kept: kept.place(topic, article, decide)))[0]

    async def expire(self, topic: TopicId) -> int:
        """Let go of what is older than its retention."""
        return (await self._each(topic, lambda kept: kept.expire(topic)))[0]

    async def forget(self, topic: TopicId, article: ArticleId, depart: Depart) -> bool:
        """Take an article out of story, index and past events."""
        return any(await self._each(topic, lambda kept: kept.forget(topic, article, depart)))

    async def drop_texts(self, topic: TopicId, articles: Sequence[ArticleId]) -> None:
        """Let go of the texts of these articles."""
        await self._each(topic, lambda kept: kept.drop_texts(topic, articles))

    async def rule(
        self, topic: TopicId, article: ArticleId, rulings: Sequence[Ruling], regroup: Regroup
    ) -> Regrouping | None:
        """Record rulings and what they make of the article's story; see `ports.Rulings`."""
        return (await self._each(topic, lambda kept: kept.rule(topic, article, rulings, regroup)))[
            0
        ]

    async def _each(self, topic: TopicId, act: Act[T]) -> Sequence[T]:
        return await in_each(self._generations, topic, lambda _, kept: act(kept))

    # --- reading -----------------------------------------------------------------------------

    async def newest(self, topic: TopicId, limit: int) -> Sequence[Story]:
        """Stories by last change, newest first."""
        return await (await self._read(topic)).newest(topic, limit)

    async def story(self, topic: TopicId, story: StoryId) -> Story | None:
        """A story by id, following its forwarding address."""
        return await (await self._read(topic)).story(topic, story)

    async def articles(
        self, topic: TopicId, ids: Sequence[ArticleId]
    ) -> Mapping[ArticleId, LookAlike]:
        """What is known of these articles."""
        return await (await self._read(topic)).articles(topic, ids)

    async def ties(self, topic: TopicId, article: ArticleId) -> Sequence[Tie]:
        """The verified relations of an article."""
        return await (await self._read(topic)).ties(topic, article)

    async def text(self, topic: TopicId, article: ArticleId) -> str | None:
        """The article's text while the article is kept."""
        return await (await self._read(topic)).text(topic, article)

    async def texts(self, topic: TopicId, articles: Sequence[ArticleId]) -> Mapping[ArticleId, str]:
        """The texts of these articles while they are kept."""
        return await (await self._read(topic)).texts(topic, articles)

    async def count(self, topic: TopicId) -> tuple[int, int]:
        """Articles and stories kept."""
        return await (await self._read(topic)).count(topic)

    async def rulings(self, topic: TopicId) -> Sequence[Ruling]:
        """Every ruling that holds, newest first."""
        return await (await self._read(topic)).rulings(topic)

    async def of_outlet(self, topic: TopicId, outlet: OutletId) -> Sequence[ArticleId]:
        """The articles of an outlet."""
        return await (await self._read(topic)).of_outlet(topic, outlet)

    async def _read(self, topic: TopicId) -> KeptStories:
        _, stories = await self._generations.reading(topic)
        return stories
