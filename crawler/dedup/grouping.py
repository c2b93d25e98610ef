"""Stories as a function of verified ties: the same groups in whatever order articles arrived.

Source: docs/decisions/0063-stories.md
"""

from collections.abc import Mapping
from itertools import combinations

from crawler.dedup.canonical import best
from crawler.dedup.ties import Ties
from crawler.model import ArticleId, LookAlike, Relation

Group = frozenset[ArticleId]


def grouped(articles: Mapping[ArticleId, LookAlike], ties: Ties) -> list[Group]:
    """Return the stories that these articles are, each article in exactly one.

    The closest pairs come together first, and two groups become one only if they are one text
    by `is_one_text`: no chain of likenesses makes a story.
    """
    group_of: dict[ArticleId, Group] = {one: frozenset([one]) for one in articles}
    for one, other in _closest_first(articles, ties):
        union = group_of[one] | group_of[other]
        if group_of[one] != group_of[other] and is_one_text(union, articles, ties):
            group_of.update(dict.fromkeys(union, union))
    return sorted(set(group_of.values()), key=min)


def is_one_text(group: Group, articles: Mapping[ArticleId, LookAlike], ties: Ties) -> bool:
    """Whether every member matches most members or the group's canonical, and none clashes.

    What merely holds the canonical must match most members too: a brief that two long texts
    embed does not make them one.
    """
    if any(ties.clash(one, other) for one, other in combinations(sorted(group), 2)):
        return False
    core = central(group, ties)
    if not core:
        return False
    canonical = best((articles[one] for one in core), ties.rules).id
    return all(_is_of(one, canonical, ties) for one in group - core)


def _is_of(one: ArticleId, canonical: ArticleId, ties: Ties) -> bool:
    relation = ties.between(one, canonical).relation
    return relation.joins and relation is not Relation.EXPANSION


def central(group: Group, ties: Ties) -> Group:
    """Return the members that match most of the others: any of them may stand for all."""
    return frozenset(one for one in group if 2 * ties.matched(one, group) > len(group) - 1)


def _closest_first(
    articles: Mapping[ArticleId, LookAlike], ties: Ties
) -> list[tuple[ArticleId, ArticleId]]:
    found = [ties.between(one, other) for one, other in combinations(sorted(articles), 2)]
    joining = [tie for tie in found if tie.relation.joins]
    joining.sort(key=lambda tie: (-tie.jaccard, tie.one, tie.other))
    return [(tie.one, tie.other) for tie in joining]
