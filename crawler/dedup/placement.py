"""Where an article stands among the stories: pure, and the same for every order of arrival.

Source: docs/decisions/0063-stories.md
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import product
from types import MappingProxyType

from crawler.dedup.boilerplate import Learned
from crawler.dedup.canonical import preference
from crawler.dedup.grouping import Group, grouped
from crawler.dedup.outcome import Outcome, founded
from crawler.dedup.rules import RULES, Rules
from crawler.dedup.scene import Scene
from crawler.model import (
    Article,
    ArticleId,
    LookAlike,
    Neighbourhood,
    Placement,
    Regrouping,
    Relation,
    Story,
)

_NONE: Learned = MappingProxyType({})
MOST_REGROUPED = 200  # articles; a larger story takes what matches its canonical, and stays


def decide(
    article: Article,
    around: Neighbourhood,
    *,
    rules: Rules = RULES,
    boilerplate: Learned = _NONE,
) -> Placement:
    """Return the article's place and everything that placing it changes.

    Pure: the same article in the same neighbourhood gives the same verdict, and an article whose
    text was placed before changes nothing.

    Args:
        article: The newcomer, or a known article fetched again.
        around: What was placed before.
        rules: By what limits to judge.
        boilerplate: What each outlet is known to print everywhere; does not count.
    """
    known = around.known
    if known and known.fingerprint.content_hash == article.fingerprint.content_hash:
        return Placement(article.id, known.story, _standing(known, around.stories))
    if known is None and not around.look_alikes:
        return founded(article)
    scene = Scene.of(article, around, rules, boilerplate)
    return Outcome.of(scene, groups_of(scene)).placement()


def reconsider(
    article: LookAlike, around: Neighbourhood, now: datetime, *, rules: Rules = RULES
) -> Regrouping:
    """Return what the rulings make of an article's story and all that hangs together with it.

    Args:
        article: One whom a ruling is about.
        around: What hangs together with it, the rulings among that.
        now: When it is reconsidered.
        rules: By what limits to judge.
    """
    scene = Scene.again(article, now, around, rules)
    return Outcome.of(scene, groups_of(scene)).regrouping()


def _standing(known: LookAlike, stories: Iterable[Story]) -> Relation:
    members = (member for story in stories for member in story.members)
    return next((m.relation for m in members if m.article == known.id), Relation.COPY)


def groups_of(scene: Scene) -> list[Group]:
    """Return how the newcomer and all that hangs together with it are grouped from now on."""
    if scene.loaded <= MOST_REGROUPED:
        return grouped(scene.everyone, scene.ties)
    return _left_as_they_stand(scene) if scene.is_left else _with_newcomer_added(scene)


def _left_as_they_stand(scene: Scene) -> list[Group]:
    return [group for group in _as_they_stand(scene, {scene.newcomer.id}) if group]


def _as_they_stand(scene: Scene, moving: Collection[ArticleId]) -> list[Group]:
    """Return the touched stories as they are, without those who move."""
    seen = scene.articles.keys() - {*moving}
    return [frozenset(story.articles) & seen for story in scene.touched]


def _with_newcomer_added(scene: Scene) -> list[Group]:
    """Return the touched stories as they are, the newcomer with the one it is closest to if any.

    A story's canonical tells how close; where that moves, who would be shown in its place. Those
    whom operators put together with the newcomer move with it.
    """
    own = scene.newcomer.id
    moving = frozenset(one for one in scene.ties.ruled.fellows(own) if one in scene.articles)
    groups = _as_they_stand(scene, moving)
    shown = [_shown(story, groups[at], scene) for at, story in enumerate(scene.touched)]
    near = [
        (-scene.ties.between(own, one).jaccard, at)
        for at, one in enumerate(shown)
        if one
        and scene.ties.join(own, one)
        and not any(scene.ties.clash(*pair) for pair in product(moving, groups[at]))
    ]
    if near:
        groups[min(near)[1]] |= moving
    else:
        groups.append(moving)
    return _put_together([group for group in groups if group], scene)


def _shown(story: Story, group: Group, scene: Scene) -> ArticleId | None:
    """Return who stands for a story without those who move; None where nobody in sight does."""
    if story.canonical in group:
        return story.canonical
    if story.canonical not in scene.articles:
        return None
    order = preference((scene.articles[one] for one in group), scene.ties.rules)
    return next((article.id for article in order), None)


def _put_together(groups: list[Group], scene: Scene) -> list[Group]:
    """Return the groups with those united that an operator put together."""
    united: list[Group] = []
    for group in groups:
        fellows = frozenset().union(*map(scene.ties.ruled.fellows, group))
        touching = [one for one in united if one & fellows]
        united = [one for one in united if not one & fellows]
        united.append(group.union(*touching))
    return united
