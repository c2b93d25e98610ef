"""What becomes of a story when one of its articles is forgotten: pure, like placing.

Source: docs/decisions/0091-forgetting.md
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from crawler.dedup.canonical import canonical_of
from crawler.dedup.grouping import Group, grouped
from crawler.dedup.placement import MOST_REGROUPED
from crawler.dedup.rules import RULES, Rules
from crawler.dedup.ties import Ties
from crawler.model import (
    ArticleId,
    Change,
    ChangeKind,
    Departure,
    LookAlike,
    Member,
    Relation,
    Story,
    StoryId,
    Tie,
    id_of,
)


def depart(
    gone: ArticleId,
    story: Story,
    articles: Mapping[ArticleId, LookAlike],
    stored: Iterable[Tie],
    now: datetime,
    *,
    rules: Rules = RULES,
) -> Departure:
    """Return the story without the article, and what splits off because only that held it.

    Args:
        gone: The article that leaves.
        story: Its story, the article still in it.
        articles: What is known of the members.
        stored: Their verified relations.
        now: When it leaves.
        rules: What a missing relation is judged by.
    """
    left = {one: fact for one, fact in articles.items() if one != gone}
    if not left:
        return Departure()
    ties = Ties(left, [tie for tie in stored if {tie.one, tie.other} <= left.keys()], rules)
    groups = grouped(left, ties) if len(left) <= MOST_REGROUPED else [frozenset(left)]
    groups = sorted(
        groups, key=lambda group: (-len(group), story.canonical not in group, min(group))
    )
    stories = [_story(story, group, left, ties, now) for group in groups]
    heir = Story(
        story.id, stories[0].canonical, stories[0].members, story.created, now, story.version + 1,
        story.linked,
    )  # fmt: skip
    return Departure((heir, *stories[1:]), tuple(_changes(gone, story, heir, stories[1:])))


def _story(
    story: Story, group: Group, articles: Mapping[ArticleId, LookAlike], ties: Ties, now: datetime
) -> Story:
    incumbent = articles[story.canonical] if story.canonical in group else None
    canonical = canonical_of((articles[one] for one in group), incumbent, ties.rules).id
    by_arrival = sorted(group, key=lambda one: (articles[one].arrived, one))
    members = tuple(Member(one, _standing(one, canonical, ties)) for one in by_arrival)
    name = StoryId(id_of(f"{by_arrival[0]} {story.id} {story.version}"))
    return Story(name, canonical, members, story.created, now)


def _standing(one: ArticleId, canonical: ArticleId, ties: Ties) -> Relation:
    relation = Relation.COPY if one == canonical else ties.between(one, canonical).relation
    return relation if relation.joins else Relation.PARTIAL


def _changes(
    gone: ArticleId, before: Story, heir: Story, others: Sequence[Story]
) -> Iterable[Change]:
    yield Change(ChangeKind.FORGOTTEN, heir.id, gone)
    for other in others:
        yield Change(ChangeKind.SPLIT, heir.id, other=other.id)
    if before.canonical != heir.canonical:
        yield Change(ChangeKind.CANONICAL_CHANGED, heir.id, heir.canonical)
