"""Use case: an operator's word on stories becomes rulings on articles, which outlast them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Protocol

from crawler.dedup.placement import reconsider
from crawler.dedup.rules import RULES, Rules
from crawler.dedup.ruling import bound, decree_id, parted
from crawler.errors import ConfigError, UnknownError
from crawler.model import ArticleId, Ruling, RulingKind, Story, StoryId, TopicId
from crawler.ports import Clock, Regroup, Rulings, Stories

Pair = tuple[ArticleId, ArticleId]
MOST_PAIRS = 1_000  # kept apart one by one; of larger stories the canonical articles


class RuledStories(Stories, Rulings, Protocol):
    """A store of stories that takes rulings."""


@dataclass(frozen=True, slots=True)
class Word:
    """What an operator's word came to."""

    stories: Sequence[Story]  # that the articles concerned are in now
    recorded: bool = True  # else it was so already, and nothing changed


class Rule:
    """What an operator may decide about stories; each word is kept with who, when and why.

    The latest word holds: it takes back those before it that say otherwise. A verb raises
    `ConfigError` where it means what is not there, and where it is on record but did not bring
    about what it says.
    """

    def __init__(self, stories: RuledStories, clock: Clock, rules: Rules = RULES) -> None:
        self._stories = stories
        self._clock = clock
        self._regroup: Regroup = partial(reconsider, rules=rules)

    async def split(
        self, topic: TopicId, story: StoryId, articles: Sequence[ArticleId], who: str, why: str
    ) -> Word:
        """Take articles out of their story for good."""
        await self.finish(topic)
        members = _members(await self._story(topic, story))
        standing = await self._stories.rulings(topic)
        if articles and all(_is_out_of(members, one, standing) for one in articles):
            return Word(await self._homes(topic, [*articles, *members]), recorded=False)
        rest = [one for one in members if one not in articles]
        if not articles or not rest or not set(articles) <= set(members):
            raise ConfigError(
                f"story {story} cannot be split so",
                "name some of its articles, not all",
                "not-so-split",
            )
        against = bound(standing, articles, rest)
        pairs = product(articles, rest)
        rulings = self._rulings(RulingKind.APART, pairs, who, why, against=against)
        for article in articles:
            await self._stories.rule(topic, article, rulings, self._regroup)
        return await self._apart(topic, articles, rest)

    async def merge(self, topic: TopicId, one: StoryId, other: StoryId, who: str, why: str) -> Word:
        """Make two stories one for good; the younger id forwards to the older."""
        await self.finish(topic)
        first, second = await self._two(topic, one, other)
        if first.id == second.id:
            return Word([first], recorded=False)
        against = parted(await self._stories.rulings(topic), _members(first), _members(second))
        members = [*_members(first), *_members(second)]
        pairs = ((first.canonical, article) for article in members if article != first.canonical)
        rulings = self._rulings(RulingKind.TOGETHER, pairs, who, why, against=against)
        await self._stories.rule(topic, first.canonical, rulings, self._regroup)
        homes = await self._homes(topic, members)
        if len(homes) > 1:
            raise _in_vain("merged", f"{first.id} and {second.id} are not one story", first)
        return Word(homes)

    async def never_merge(
        self, topic: TopicId, one: StoryId, other: StoryId, who: str, why: str
    ) -> Word:
        """Keep two stories apart, whatever newcomers may prove."""
        await self.finish(topic)
        first, second = await self._two(topic, one, other)
        if first.id == second.id:
            raise ConfigError(
                f"{one} and {other} are one story",
                "`kordon stories split` takes articles out",
                "one-story",
            )
        standing = await self._stories.rulings(topic)
        pairs, known = _pairs(first, second), parted(standing, _members(first), _members(second))
        if {frozenset(pair) for pair in pairs} <= {frozenset((r.one, r.other)) for r in known}:
            return Word([first, second], recorded=False)
        against = bound(standing, _members(first), _members(second))
        rulings = self._rulings(RulingKind.APART, pairs, who, why, against=against)
        await self._stories.rule(topic, first.canonical, rulings, self._regroup)
        return await self._apart(topic, *zip(*pairs, strict=True))

    async def pin(
        self, topic: TopicId, article: ArticleId, who: str, why: str, *, kept: bool = True
    ) -> Word:
        """Show this article for its story from now on; with `kept` false, by rule again.

        A story has one pin: this one withdraws what was pinned of its members before.
        """
        await self.finish(topic)
        story = await self._home(topic, article)
        standing = _pins(await self._stories.rulings(topic), _members(story))
        pins = {ruling.one: ruling for ruling in standing}
        if (story.canonical == article and [*pins] == [article]) if kept else article not in pins:
            return Word([story], recorded=False)
        kind = RulingKind.PINNED if kept else RulingKind.UNPINNED
        earlier = [ruling for ruling in standing if kept and ruling.one != article]
        rulings = self._rulings(kind, [(article, article)], who, why, against=earlier)
        await self._stories.rule(topic, article, rulings, self._regroup)
        story = await self._home(topic, article)
        if kept and story.canonical != article:
            raise _in_vain("pinned", f"{article} is not shown for story {story.id}", story)
        return Word([story])

    async def undo(self, topic: TopicId, rulings: Sequence[Ruling], who: str, why: str) -> Word:
        """Take rulings back: of their articles the texts decide again, and what else was ruled.

        Of those that were taken back before, too: that may have been cut short.
        """
        await self.finish(topic)
        now = self._clock.now()
        back = [one.taken_back(who, why, now) for one in rulings if not one.kind.takes_back]
        named = _named(rulings)
        known = await self._stories.articles(topic, named)
        if back and not known:
            raise _unknown("article", named[0])
        for article in _concerned(rulings, known):
            await self._stories.rule(topic, article, back, self._regroup)
        return Word(await self._homes(topic, named), recorded=bool(back))

    async def take_back(self, topic: TopicId, decree: str, who: str, why: str) -> Word:
        """Take back what one verb decided, named as `decree_id` does."""
        rulings = await self._stories.rulings(topic)
        meant = [ruling for ruling in rulings if decree_id(ruling) == decree]
        if not meant:
            raise ConfigError(f"no ruling {decree} is known", "`kordon stories rulings` prints ids")
        return await self.undo(topic, meant, who, why)

    async def finish(self, topic: TopicId) -> None:
        """Bring about what was ruled apart and is not, since whoever ruled it was cut short.

        A story too large to be grouped anew is split article by article, under rulings that were
        all recorded with the first.
        """
        apart = [one for one in await self._stories.rulings(topic) if one.kind is RulingKind.APART]
        facts = await self._stories.articles(topic, _named(apart))
        undone: dict[ArticleId, list[Ruling]] = {}
        for ruling in apart:
            one, other = facts.get(ruling.one), facts.get(ruling.other)
            if one and other and one.story == other.story:
                undone.setdefault(ruling.one, []).append(ruling)
        for article, rulings in undone.items():
            await self._stories.rule(topic, article, rulings, self._regroup)

    def _rulings(
        self,
        kind: RulingKind,
        pairs: Iterable[Pair],
        who: str,
        why: str,
        *,
        against: Iterable[Ruling] = (),
    ) -> list[Ruling]:
        """Return rulings on pairs, and what takes back those that say otherwise."""
        now = self._clock.now()
        back = [ruling.taken_back(who, why, now) for ruling in against]
        said = [Ruling(kind, one, other, who, why, now) for one, other in pairs]
        return list({ruling.subject: ruling for ruling in (*back, *said)}.values())

    async def _apart(
        self, topic: TopicId, ones: Sequence[ArticleId], others: Sequence[ArticleId]
    ) -> Word:
        """Return where articles are now that were ruled apart from others."""
        left, right = await self._homes(topic, ones), await self._homes(topic, others)
        stories = {story.id: story for story in (*left, *right)}
        if len(stories) < len(left) + len(right):
            raise _in_vain("apart", f"articles of {left[0].id} are not apart", left[0])
        return Word(list(stories.values()))

    async def _two(self, topic: TopicId, one: StoryId, other: StoryId) -> tuple[Story, Story]:
        """Return both stories as they were at one time, the older first.

        One of them may have moved to the other between two readings.
        """
        while True:
            stories = [await self._story(topic, one), await self._story(topic, other)]
            first, second = sorted(stories, key=lambda story: (story.created, story.id))
            if first.id == second.id or not {*first.articles} & {*second.articles}:
                return first, second

    async def _story(self, topic: TopicId, story: StoryId) -> Story:
        found = await self._stories.story(topic, story)
        if found is None:
            raise _unknown("story", story)
        return found

    async def _home(self, topic: TopicId, article: ArticleId) -> Story:
        for story in await self._homes(topic, [article]):
            return story
        raise _unknown("article", article)

    async def _homes(self, topic: TopicId, articles: Collection[ArticleId]) -> Sequence[Story]:
        """Return the stories that articles are in now, each once."""
        facts = await self._stories.articles(topic, list(articles))
        ids = dict.fromkeys(facts[one].story for one in articles if one in facts)
        found = [await self._stories.story(topic, id_) for id_ in ids]
        return [story for story in found if story]


def _members(story: Story) -> list[ArticleId]:
    return [member.article for member in story.members]


def _named(rulings: Iterable[Ruling]) -> list[ArticleId]:
    """Return the articles that rulings are about, each once."""
    return list(dict.fromkeys(id_ for one in rulings for id_ in (one.one, one.other)))


def _concerned(rulings: Iterable[Ruling], known: Collection[ArticleId]) -> list[ArticleId]:
    """Return whom to reconsider once rulings are taken back: of two apart, who was taken out."""
    apart = (one for one in rulings if one.kind is RulingKind.APART and one.one in known)
    others = [one for one in rulings if one.kind is not RulingKind.APART or one.one not in known]
    ids = (*(one.one for one in apart), *_named(others))
    return [id_ for id_ in dict.fromkeys(ids) if id_ in known]


def _is_out_of(
    members: Collection[ArticleId], article: ArticleId, standing: Iterable[Ruling]
) -> bool:
    """Whether an article was taken out of what these are members of before."""
    return article not in members and bool(parted(standing, [article], members))


def _pins(rulings: Iterable[Ruling], among: Collection[ArticleId]) -> list[Ruling]:
    """Return the rulings that pin any of some articles."""
    return [one for one in rulings if one.kind is RulingKind.PINNED and one.one in among]


def _pairs(one: Story, other: Story) -> list[Pair]:
    """Return which articles of two stories are kept apart, so that the stories are."""
    if len(one.members) * len(other.members) > MOST_PAIRS:
        return [(one.canonical, other.canonical)]
    return list(product(_members(one), _members(other)))


def _unknown(what: str, name: str) -> UnknownError:
    return UnknownError(what, name, "`kordon stories list` prints ids")


def _in_vain(word: str, problem: str, story: Story) -> ConfigError:
    return ConfigError(
        f"it is on record, but {problem}",
        f"`kordon stories why {story.id}` shows what holds it, `stories take-back` undoes a ruling",
        f"{word}-in-vain",
    )
