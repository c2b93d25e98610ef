"""Use case: an article finds its place among the stories of a topic."""

from collections import OrderedDict
from dataclasses import replace
from functools import partial, reduce

from crawler.dedup.boilerplate import Boilerplate, Learned, cleared
from crawler.dedup.placement import decide
from crawler.dedup.relation import RULES, Rules, relate
from crawler.model import (
    Article,
    ChangeKind,
    Fingerprint,
    LookAlike,
    OutletId,
    Placement,
    Tie,
    TopicId,
)
from crawler.ports import Lesson, Lessons, Stories

_MOST_OUTLETS = 1_024  # of a topic, 64 kB each: those that began a story last
_SHARED_EVERY = 8  # texts of one outlet: some kilobytes of compressed counts each time


class Place:
    """Gives articles their places, and learns from each what its outlet prints everywhere.

    What is learned is shared with all who place by way of `lessons`, every few texts, so that a
    crash loses those at most; without lessons it is this process's own. Only texts that begin a
    story teach; copies and revisions are no boilerplate.
    """

    def __init__(
        self, stories: Stories, rules: Rules = RULES, lessons: Lessons | None = None
    ) -> None:
        self._stories = stories
        self._rules = rules
        self._lessons = lessons
        self._learned: dict[TopicId, OrderedDict[OutletId, Boilerplate]] = {}
        self._unshared: dict[tuple[TopicId, OutletId], list[Fingerprint]] = {}

    async def __call__(self, topic: TopicId, article: Article) -> Placement:
        """Return the article's place, recorded; placing it again changes nothing."""
        learned = self._learned.setdefault(topic, OrderedDict())
        if article.outlet and article.outlet not in learned:
            await self._share(topic, article.outlet)
        verdict = partial(decide, rules=self._rules, boilerplate=learned)
        placement = await self._stories.place(topic, _well_sampled(article, learned), verdict)
        began = any(change.kind is ChangeKind.CREATED for change in placement.changes)
        if began and article.outlet:  # what nobody published is nobody's boilerplate
            await self._learn(topic, article)
        return placement

    async def _learn(self, topic: TopicId, article: Article) -> None:
        outlet = article.outlet
        known = self._learned[topic].get(outlet) or Boilerplate.blank()
        self._hold(topic, outlet, known.with_text(article.fingerprint))
        unshared = self._unshared.setdefault((topic, outlet), [])
        unshared.append(article.fingerprint)
        if len(unshared) >= _SHARED_EVERY:
            await self._share(topic, outlet)

    async def _share(self, topic: TopicId, outlet: OutletId) -> None:
        """Add what was learned here to what others learned, and go on from both."""
        unshared = self._unshared.pop((topic, outlet), [])
        while self._lessons:
            lesson = await self._lessons.recall(topic, outlet)
            known = Boilerplate.from_bytes(lesson.packed) if lesson.packed else Boilerplate.blank()
            known = reduce(Boilerplate.with_text, unshared, known)
            lesson = Lesson(lesson.version, known.to_bytes())
            if not unshared or await self._lessons.keep(topic, outlet, lesson):
                self._hold(topic, outlet, known)
                return

    def _hold(self, topic: TopicId, outlet: OutletId, known: Boilerplate) -> None:
        learned = self._learned[topic]
        learned[outlet] = known
        learned.move_to_end(outlet)
        if len(learned) > _MOST_OUTLETS:
            learned.popitem(last=False)

    def tie(self, topic: TopicId, one: LookAlike, other: LookAlike) -> Tie:
        """Return what a pair would be judged now, with what its outlets are known to repeat."""
        learned: Learned = self._learned.get(topic, {})
        return relate(cleared(one, learned), cleared(other, learned), self._rules)


def _well_sampled(article: Article, learned: Learned) -> Article:
    if known := learned.get(article.outlet):
        return replace(article, fingerprint=known.well_sampled(article.fingerprint))
    return article
