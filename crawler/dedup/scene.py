"""What one placing sees: the newcomer, the articles around it and how they are tied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from crawler.dedup.relation import Rules
from crawler.dedup.ties import Ties
from crawler.model import (
    Article,
    ArticleId,
    LookAlike,
    Member,
    Neighbourhood,
    Relation,
    Story,
    StoryId,
    Tie,
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A neighbourhood with the newcomer in it, and everything verified that matters."""

    newcomer: LookAlike
    now: datetime  # when the newcomer was fetched: the only clock a placing has
    known: LookAlike | None  # the newcomer as it was placed before
    articles: Mapping[ArticleId, LookAlike]  # the newcomer among them
    stories: Mapping[StoryId, Story]
    ties: Ties
    learnt: Sequence[Tie]  # by placing the newcomer; the unrelated left out
    touched: Sequence[Story]  # whose members may change, oldest first

    @classmethod
    def of(cls, article: Article, around: Neighbourhood, rules: Rules) -> Self:
        """Return the scene with the newcomer's ties verified and any digest recognised."""
        newcomer = _look_alike(article, around.known)
        articles = {alike.id: alike for alike in around.look_alikes} | {article.id: newcomer}
        stored = [tie for tie in around.ties if article.id not in (tie.one, tie.other)]
        ties = Ties(articles, stored, _round_ups(around.stories), rules)
        learnt = _learnt(newcomer, articles, ties)
        near = {tie.other for tie in learnt if tie.one == article.id and tie.relation.joins}
        near.add(article.id)
        touched = [s for s in around.stories if any(m.article in near for m in s.members)]
        return cls(
            newcomer=newcomer,
            now=article.fetched,
            known=around.known,
            articles=articles,
            stories={story.id: story for story in around.stories},
            ties=ties,
            learnt=learnt,
            touched=sorted(touched, key=lambda story: (story.created, story.id)),
        )

    @property
    def everyone(self) -> dict[ArticleId, LookAlike]:
        """The newcomer and all members of the touched stories whose text is still known."""
        ids = {member.article for story in self.touched for member in story.members}
        ids.add(self.newcomer.id)
        return {one: self.articles[one] for one in sorted(ids) if one in self.articles}


def _look_alike(article: Article, known: LookAlike | None) -> LookAlike:
    return LookAlike(
        id=article.id,
        story=known.story if known else StoryId(""),
        url=article.url,
        outlet=article.outlet,
        title=article.title,
        language=article.language,
        published=article.published,
        arrived=known.arrived if known else article.fetched,
        fingerprint=article.fingerprint,
        outlet_name=article.outlet_name,
        credits=article.credits,
    )


def _round_ups(stories: Sequence[Story]) -> set[ArticleId]:
    """Return the members of stories that are copies of one digest, as their canonicals tell."""
    return {
        member.article
        for story in stories
        if Member(story.canonical, Relation.DIGEST) in story.members
        for member in story.members
    }


def _learnt(
    newcomer: LookAlike, articles: Mapping[ArticleId, LookAlike], ties: Ties
) -> Sequence[Tie]:
    """Return what the newcomer is to the articles around it, and what it makes them.

    Where the same words were placed before, their ties are known: its twins are enough.
    """
    others = sorted(articles.keys() - {newcomer.id})
    text = newcomer.fingerprint.content_hash
    twins = [one for one in others if articles[one].fingerprint.content_hash == text]
    own = [(newcomer.id, other) for other in twins or others]
    holders = [b for a, b in own if ties.between(a, b).relation is Relation.EXCERPT]
    digests = ties.find_digests([newcomer.id, *holders], others)
    theirs = [(one, other) for one in digests for other in others if other != one]
    pairs = dict.fromkeys([*own, *theirs])
    found = [ties.between(one, other) for one, other in pairs]
    return [tie for tie in found if tie.relation is not Relation.UNRELATED]
