"""Use case: an article finds its place among the stories of a topic."""

from collections import OrderedDict
from dataclasses import replace
from functools import partial

from crawler.dedup.boilerplate import Boilerplate, Learned, cleared
from crawler.dedup.placement import decide
from crawler.dedup.relation import RULES, Rules, relate
from crawler.model import (
    Article,
    ChangeKind,
    LookAlike,
    OutletId,
    Placement,
    Tie,
    TopicId,
)
from crawler.ports import Stories

_MOST_OUTLETS = 1_024  # of a topic, 64 kB each: those that began a story last


class Place:
    """Gives articles their places, and learns from each what its outlet prints everywhere.

    What was learned is this process's own: a new one knows an outlet's boilerplate after five
    stories. Only texts that begin a story teach; copies and revisions are no boilerplate.
    """

    def __init__(self, stories: Stories, rules: Rules = RULES) -> None:
        self._stories = stories
        self._rules = rules
        self._learned: dict[TopicId, OrderedDict[OutletId, Boilerplate]] = {}

    async def __call__(self, topic: TopicId, article: Article) -> Placement:
        """Return the article's place, recorded; placing it again changes nothing."""
        learned = self._learned.setdefault(topic, OrderedDict())
        verdict = partial(decide, rules=self._rules, boilerplate=learned)
        placement = await self._stories.place(topic, _well_sampled(article, learned), verdict)
        began = any(change.kind is ChangeKind.CREATED for change in placement.changes)
        if began and article.outlet:  # what nobody published is nobody's boilerplate
            _learn(learned, article)
        return placement

    def tie(self, topic: TopicId, one: LookAlike, other: LookAlike) -> Tie:
        """Return what a pair would be judged now, with what its outlets are known to repeat."""
        learned: Learned = self._learned.get(topic, {})
        return relate(cleared(one, learned), cleared(other, learned), self._rules)


def _well_sampled(article: Article, learned: Learned) -> Article:
    if known := learned.get(article.outlet):
        return replace(article, fingerprint=known.well_sampled(article.fingerprint))
    return article


def _learn(learned: OrderedDict[OutletId, Boilerplate], article: Article) -> None:
    known = learned.pop(article.outlet, None) or Boilerplate.blank()
    learned[article.outlet] = known.with_text(article.fingerprint)
    if len(learned) > _MOST_OUTLETS:
        learned.popitem(last=False)
