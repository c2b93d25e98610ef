"""Use case: why articles were judged as they were, for whoever has to answer for it."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from crawler.dedup.explanation import Beyond, Explanation, beyond, explain
from crawler.dedup.relation import at_home
from crawler.dedup.rules import RULES, Rules
from crawler.dedup.ruling import Ruled
from crawler.model import ArticleId, LookAlike, Recipe, Ruling, Story, StoryId, Tie, TopicId
from crawler.ports import Rulings, Stories
from crawler.text.asides import told_words

RecipeOf = Callable[[TopicId], Awaitable[Recipe]]


class RuledStories(Stories, Rulings, Protocol):
    """A store of stories that keeps rulings."""


@dataclass(frozen=True, slots=True)
class PairAccount:
    """What two articles are to each other, by their texts, by what is stored, and by decree."""

    one: LookAlike
    other: LookAlike
    explanation: Explanation  # of the two alone, now; its passage is empty when a text has gone
    stored: Tie | None  # as it was verified, with everything around; None when never compared
    rulings: tuple[Ruling, ...]  # on the two, and on what was put together with either
    recipe: Recipe

    @property
    def same_story(self) -> bool:
        """Whether the two share a story."""
        return self.one.story == self.other.story

    @property
    def beyond(self) -> Beyond:
        """What decides about the two besides their texts."""
        ruled = Ruled(self.rulings)
        if ruled.apart(self.one.id, self.other.id):
            return Beyond.APART
        if self.other.id in ruled.fellows(self.one.id):
            return Beyond.TOGETHER
        return beyond(
            self.explanation.tie.relation,
            self.stored.relation if self.stored else None,
            same_story=self.same_story,
            at_home=at_home(self.one, self.other),
        )


@dataclass(frozen=True, slots=True)
class StoryAccount:
    """A story with what holds each of its members in it."""

    story: Story
    pairs: tuple[PairAccount, ...]  # each member with the canonical article
    rulings: tuple[Ruling, ...]  # about any member


class Account:
    """Gives account of pairs and stories.

    Args:
        recipe_of: Tells under which recipe the stories of a topic stand that are read.
    """

    def __init__(self, stories: RuledStories, recipe_of: RecipeOf, rules: Rules = RULES) -> None:
        self._stories = stories
        self._recipe_of = recipe_of
        self._rules = rules

    async def pair(self, topic: TopicId, one: ArticleId, other: ArticleId) -> PairAccount | None:
        """Return why two articles are what they are to each other; None if one is not known."""
        facts = await self._stories.articles(topic, [one, other])
        if not {one, other} <= facts.keys():
            return None
        return await self._pair(topic, facts[one], facts[other])

    async def story(self, topic: TopicId, story: StoryId) -> StoryAccount | None:
        """Return why a story holds what it holds; None if it is not known."""
        found = await self._stories.story(topic, story)
        if found is None:
            return None
        members = [member.article for member in found.members]
        facts = await self._stories.articles(topic, members)
        others = [one for one in members if one != found.canonical and one in facts]
        canonical = facts[found.canonical]
        return StoryAccount(
            story=found,
            pairs=tuple([await self._pair(topic, facts[one], canonical) for one in others]),
            rulings=await self._rulings(topic, members),
        )

    async def _pair(self, topic: TopicId, one: LookAlike, other: LookAlike) -> PairAccount:
        both = {one.id, other.id}
        texts = [await self._stories.text(topic, each.id) for each in (one, other)]
        mine, theirs = [told_words(text or "") for text in texts]
        ties = await self._stories.ties(topic, one.id)
        ruled = Ruled(await self._stories.rulings(topic))
        sight = ruled.fellows(one.id) | ruled.fellows(other.id)
        return PairAccount(
            one=one,
            other=other,
            explanation=explain(one, other, mine, theirs, self._rules),
            stored=next((tie for tie in ties if {tie.one, tie.other} == both), None),
            rulings=tuple(_bearing_on(both, sight, ruled.rulings)),
            recipe=await self._recipe_of(topic),
        )

    async def _rulings(self, topic: TopicId, articles: Sequence[ArticleId]) -> tuple[Ruling, ...]:
        about = frozenset(articles)
        rulings = await self._stories.rulings(topic)
        return tuple(ruling for ruling in rulings if {ruling.one, ruling.other} & about)


def _bearing_on(
    both: Collection[ArticleId], sight: Collection[ArticleId], rulings: Iterable[Ruling]
) -> Iterator[Ruling]:
    """Yield the rulings on the two, and those in force on pairs of others in sight."""
    for ruling in rulings:
        among = both if ruling.one == ruling.other or ruling.kind.takes_back else sight
        if ruling.one in among and ruling.other in among:
            yield ruling
