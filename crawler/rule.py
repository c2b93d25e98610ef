"""Use case: an operator's word on stories becomes rulings on articles, which outlast them."""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import product
from typing import Protocol

from crawler.dedup.placement import reconsider
from crawler.dedup.rules import RULES, Rules
from crawler.errors import ConfigError
from crawler.model import ArticleId, Ruling, RulingKind, Story, StoryId, TopicId
from crawler.ports import Clock, Regroup, Rulings, Stories

_UNDONE = {RulingKind.PINNED: RulingKind.UNPINNED}
MOST_PAIRS = 1_000  # kept apart one by one; of larger stories the canonical articles


class RuledStories(Stories, Rulings, Protocol):
    """A store of stories that takes rulings."""


class Rule:
    """What an operator may decide about stories; each word is kept with who, when and why."""

    def __init__(self, stories: RuledStories, clock: Clock, rules: Rules = RULES) -> None:
        self._stories = stories
        self._clock = clock
        self._regroup: Regroup = partial(reconsider, rules=rules)

    async def split(
        self, topic: TopicId, story: StoryId, articles: Sequence[ArticleId], who: str, why: str
    ) -> Sequence[Story]:
        """Take articles out of their story for good; return the stories they are in now."""
        members = [member.article for member in (await self._story(topic, story)).members]
        rest = [one for one in members if one not in articles]
        if not articles or not rest or not set(articles) <= set(members):
            raise ConfigError(
                f"story {story} cannot be split so", "name some of its articles, not all"
            )
        rulings = self._rulings(RulingKind.APART, product(articles, rest), who, why)
        for article in articles:
            await self._stories.rule(topic, article, rulings, self._regroup)
        return await self._homes(topic, [*articles, *rest])

    async def merge(
        self, topic: TopicId, one: StoryId, other: StoryId, who: str, why: str
    ) -> Sequence[Story]:
        """Make two stories one for good; the younger id forwards to the older."""
        stories = await self._two(topic, one, other)
        members = [member.article for story in stories for member in story.members]
        first = stories[0].canonical
        pairs = ((first, article) for article in members if article != first)
        rulings = self._rulings(RulingKind.TOGETHER, pairs, who, why)
        await self._stories.rule(topic, first, rulings, self._regroup)
        return await self._homes(topic, members)

    async def never_merge(
        self, topic: TopicId, one: StoryId, other: StoryId, who: str, why: str
    ) -> Sequence[Story]:
        """Keep two stories apart, whatever newcomers may prove."""
        stories = await self._two(topic, one, other)
        left, right = ([member.article for member in story.members] for story in stories)
        if len(left) * len(right) > MOST_PAIRS:
            left, right = ([story.canonical] for story in stories)
        rulings = self._rulings(RulingKind.APART, product(left, right), who, why)
        await self._stories.rule(topic, left[0], rulings, self._regroup)
        return await self._homes(topic, [left[0], right[0]])

    async def pin(
        self, topic: TopicId, article: ArticleId, who: str, why: str, *, kept: bool = True
    ) -> Sequence[Story]:
        """Show this article for its story from now on; with `kept` false, by rule again."""
        kind = RulingKind.PINNED if kept else RulingKind.UNPINNED
        rulings = self._rulings(kind, [(article, article)], who, why)
        if await self._stories.rule(topic, article, rulings, self._regroup) is None:
            raise _unknown("article", article)
        return await self._homes(topic, [article])

    async def undo(
        self, topic: TopicId, rulings: Sequence[Ruling], who: str, why: str
    ) -> Sequence[Story]:
        """Take rulings back: of their articles the texts decide again, and what else was ruled."""
        now = self._clock.now()
        back = [
            Ruling(_UNDONE.get(one.kind, RulingKind.WITHDRAWN), one.one, one.other, who, why, now)
            for one in rulings
        ]
        articles = list(dict.fromkeys(id_ for ruling in back for id_ in (ruling.one, ruling.other)))
        for article in articles:
            await self._stories.rule(topic, article, back, self._regroup)
        return await self._homes(topic, articles)

    def _rulings(
        self, kind: RulingKind, pairs: Iterable[tuple[ArticleId, ArticleId]], who: str, why: str
    ) -> list[Ruling]:
        now = self._clock.now()
        return [Ruling(kind, one, other, who, why, now) for one, other in pairs]

    async def _two(self, topic: TopicId, one: StoryId, other: StoryId) -> tuple[Story, Story]:
        """Return both stories, the older first."""
        stories = [await self._story(topic, one), await self._story(topic, other)]
        first, second = sorted(stories, key=lambda story: (story.created, story.id))
        if first.id == second.id:
            raise ConfigError(
                f"{one} and {other} are one story", "`kordon stories split` takes articles out"
            )
        return first, second

    async def _story(self, topic: TopicId, story: StoryId) -> Story:
        found = await self._stories.story(topic, story)
        if found is None:
            raise _unknown("story", story)
        return found

    async def _homes(self, topic: TopicId, articles: Sequence[ArticleId]) -> Sequence[Story]:
        """Return the stories that articles are in now, each once."""
        facts = await self._stories.articles(topic, articles)
        ids = dict.fromkeys(facts[one].story for one in articles if one in facts)
        found = [await self._stories.story(topic, id_) for id_ in ids]
        return [story for story in found if story]


def _unknown(what: str, name: str) -> ConfigError:
    return ConfigError(f"no {what} {name} is known", "`kordon stories list` prints ids")
