"""What one placing sees: the newcomer, the articles around it and how they are tied."""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from crawler.dedup.boilerplate import Learned, cleared
from crawler.dedup.relation import alike_to
from crawler.dedup.rules import Rules
from crawler.dedup.ties import Ties
from crawler.model import (
    Article,
    ArticleId,
    LookAlike,
    Neighbourhood,
    Relation,
    Story,
    StoryId,
    Tie,
)


@dataclass(frozen=True, slots=True)
class Scene:
    """A neighbourhood with the newcomer in it, and everything verified that matters."""

    newcomer: LookAlike  # or who leaves
    now: datetime  # when the newcomer was fetched: the only clock a placing has
    known: LookAlike | None  # the newcomer as it was placed before
    articles: Mapping[ArticleId, LookAlike]  # the newcomer among them, unless it leaves
    stories: Mapping[StoryId, Story]
    ties: Ties
    learnt: Sequence[Tie]  # what placing the newcomer teaches; the unrelated left out
    bereft: frozenset[ArticleId]  # whom the newcomer was tied to by a text that is gone
    touched: Sequence[Story]  # whose members may change, oldest first
    everyone: Mapping[ArticleId, LookAlike]  # the newcomer and all that hangs together with it

    @property
    def loaded(self) -> int:
        """How many articles hang together; one more where so many of them may not be in sight."""
        return len(self.everyone) + self.is_left + (self.known is not None)

    @property
    def is_left(self) -> bool:
        """Whether the newcomer is none, but leaves."""
        return self.newcomer.id not in self.articles

    @property
    def is_revised(self) -> bool:
        """Whether the newcomer was placed before, with another text."""
        text = self.newcomer.fingerprint.content_hash
        return self.known is not None and self.known.fingerprint.content_hash != text

    @classmethod
    def of(
        cls, article: Article, around: Neighbourhood, rules: Rules, boilerplate: Learned
    ) -> Self:
        """Return the scene with the newcomer's ties verified and digests recognised."""
        known = around.known
        newcomer = LookAlike.of(article, known.story if known else StoryId(""), known)
        return cls._seen_by(newcomer, article.fetched, around, rules, boilerplate)

    @classmethod
    def again(cls, known: LookAlike, now: datetime, around: Neighbourhood, rules: Rules) -> Self:
        """Return the scene around a known article whose text is as it was."""
        return cls._seen_by(known, now, replace(around, known=known), rules, {}, as_it_was=True)

    @classmethod
    def without(cls, gone: LookAlike, now: datetime, around: Neighbourhood, rules: Rules) -> Self:
        """Return the scene that a known article leaves behind."""
        return cls._seen_by(gone, now, replace(around, known=gone), rules, {}, leaves=True)

    @classmethod
    def _seen_by(
        cls,
        newcomer: LookAlike,
        now: datetime,
        around: Neighbourhood,
        rules: Rules,
        boilerplate: Learned,
        *,
        as_it_was: bool = False,
        leaves: bool = False,
    ) -> Self:
        """Return the scene; the newcomer's old ties are void, unless its text is as it was."""
        sight = {alike.id: alike for alike in around.look_alikes}
        articles = sight if leaves else sight | {newcomer.id: newcomer}
        void = frozenset() if as_it_was else frozenset([newcomer.id])
        stored = [tie for tie in around.ties if tie.one not in void and tie.other not in void]
        ties = Ties(articles, stored, rules, around.rulings, _bare(articles.values(), boilerplate))
        bereft = _tied_to(void, around.ties)
        own = [
            *_own_ties(newcomer, _nominated(around), articles, ties),
            *_handed_on(around.known, bereft, articles, ties),
        ]
        reached = _reached(newcomer.id, void, around, ties)
        everyone = {one: articles[one] for one in sorted(reached) if one in articles}
        ties.judge_together(everyone)
        return cls(
            newcomer=newcomer,
            now=now,
            known=around.known,
            articles=articles,
            stories={story.id: story for story in around.stories},
            ties=ties,
            learnt=_learnt(own, stored, everyone, ties),
            bereft=bereft,
            touched=_oldest_first(s for s in around.stories if not reached.isdisjoint(s.articles)),
            everyone=everyone,
        )


def _reached(
    newcomer: ArticleId, void: Container[ArticleId], around: Neighbourhood, ties: Ties
) -> set[ArticleId]:
    """Return all that hangs together with the newcomer, or did by ties that are void."""
    begin = {newcomer} | _held_together(void, around.ties)
    return ties.reached_from(begin, (story.articles for story in around.stories))


def _oldest_first(stories: Iterable[Story]) -> list[Story]:
    return sorted(stories, key=lambda story: (story.created, story.id))


def _bare(articles: Iterable[LookAlike], boilerplate: Learned) -> dict[ArticleId, LookAlike]:
    """Return those that hold much boilerplate, without it."""
    pairs = ((article, cleared(article, boilerplate)) for article in articles)
    return {bare.id: bare for article, bare in pairs if bare is not article}


def _nominated(around: Neighbourhood) -> set[ArticleId]:
    """Return whom to verify: look-alikes nominate each other, whichever comes first.

    A known article is verified against its old story as well.
    """
    old = around.known.story if around.known else None
    fellows = {one for story in around.stories if story.id == old for one in story.articles}
    return {*around.nominated, *fellows}


def _own_ties(
    newcomer: LookAlike,
    nominated: Container[ArticleId],
    articles: Mapping[ArticleId, LookAlike],
    ties: Ties,
) -> list[Tie]:
    """Return what the newcomer is to the articles nominated with it; nothing of one who leaves.

    Where the same words were placed before, most of their ties are known: its twins are enough,
    and whoever is something else to it than to each twin for when or where it appeared.
    """
    if newcomer.id not in articles:
        return []
    others = [articles[one] for one in sorted(articles) if one in nominated and one != newcomer.id]
    text = newcomer.fingerprint.content_hash
    twins = [one for one in others if one.fingerprint.content_hash == text]

    def is_known(other: LookAlike) -> bool:
        alike = (alike_to(other, newcomer, twin, ties.rules) for twin in twins)
        return other not in twins and any(alike)

    return [ties.between(newcomer.id, other.id) for other in others if not is_known(other)]


def _held_together(ones: Container[ArticleId], ties: Iterable[Tie]) -> frozenset[ArticleId]:
    """Return the others that articles hang together with by their own ties."""
    return _tied_to(ones, (t for t in ties if t.relation.joins or t.relation is Relation.DIGEST))


def _tied_to(ones: Container[ArticleId], ties: Iterable[Tie]) -> frozenset[ArticleId]:
    """Return the others that ties lead to from articles."""
    pairs = [(tie.one, tie.other) for tie in ties]
    return frozenset(
        [one for one, other in pairs if other in ones]
        + [other for one, other in pairs if one in ones]
    )


def _handed_on(
    gone: LookAlike | None,
    bereft: Iterable[ArticleId],
    articles: Mapping[ArticleId, LookAlike],
    ties: Ties,
) -> list[Tie]:
    """Return the ties that a twin of a text that is gone takes over.

    They were not asked for while that text's own told as much.
    """
    others = [articles[one] for one in sorted(bereft) if one in articles]
    text = gone.fingerprint.content_hash if gone else None
    twins = [one for one in others if one.fingerprint.content_hash == text]
    if not twins:
        return []
    return [ties.between(twins[0].id, one.id) for one in others if one not in twins]


def _learnt(
    own: Iterable[Tie], stored: Iterable[Tie], everyone: Container[ArticleId], ties: Ties
) -> list[Tie]:
    """Return the newcomer's ties, and old ones that another digest turned out to change."""
    told = [ties.verified(tie.one, tie.other) for tie in own]
    old = [tie for tie in stored if tie.one in everyone and tie.other in everyone]
    changed = [
        now for tie in old if (now := ties.verified(tie.one, tie.other)).relation != tie.relation
    ]
    return [tie for tie in [*told, *changed] if tie.relation is not Relation.UNRELATED]
