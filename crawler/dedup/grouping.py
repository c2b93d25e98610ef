"""Stories as a function of verified ties: the same groups in whatever order articles arrived.

Articles are bits of an int here, so that whom a whole group matches is one operation.

Source: docs/decisions/0063-stories.md
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Self

from crawler.dedup.canonical import preference
from crawler.dedup.ruling import Ruled
from crawler.dedup.ties import Ties
from crawler.model import ArticleId, LookAlike, Relation

Group = frozenset[ArticleId]
Bits = int

_Alike = tuple[bool, float, int, int]  # whether one holds the other, Jaccard, places of the two
_HOLDING = {Relation.EXCERPT, Relation.EXPANSION}


def grouped(articles: Mapping[ArticleId, LookAlike], ties: Ties) -> list[Group]:
    """Return the stories that these articles are, each article in exactly one.

    What operators put together is together from the start. Pairs come together in the order of
    `_in_order`, and two groups become one only if they are one text by `Bonds.are_one_text`: no
    chain of likenesses makes a story.
    """
    bonds = Bonds.of(articles, ties)
    group_of = bonds.put_together(ties.ruled)
    for one, other in bonds.pairs:
        union = group_of[one] | group_of[other]
        if group_of[one] != group_of[other] and bonds.are_one_text(union):
            for at in _places(union):
                group_of[at] = union
    return sorted(map(bonds.named, set(group_of)), key=min)


@dataclass(frozen=True, slots=True)
class Bonds:
    """Who may stand with whom, by the places of articles in order of their ids."""

    ids: Sequence[ArticleId]
    pairs: Sequence[tuple[int, int]]  # who may share a story, in the order of `_in_order`
    joined: Sequence[Bits]  # by article: who may share a story with it,
    within: Sequence[Bits]  # who may do so without holding it,
    clashing: Sequence[Bits]  # and who must not
    preferred: Sequence[int]  # whom to show rather than whom

    @classmethod
    def of(cls, articles: Mapping[ArticleId, LookAlike], ties: Ties) -> Self:
        """Return the bonds among some articles."""
        ids = sorted(articles)
        joined, within, clashing = ([0] * len(ids) for _ in range(3))
        alike: list[_Alike] = []
        for here, there in combinations(range(len(ids)), 2):
            tie = ties.between(ids[here], ids[there])
            if ties.parts(tie):
                _mark(clashing, here, there)
            elif tie.relation.joins:
                _mark(joined, here, there)
                within[there] |= (tie.relation is not Relation.EXPANSION) << here
                within[here] |= (tie.relation is not Relation.EXCERPT) << there
                alike.append((tie.relation in _HOLDING, tie.jaccard, here, there))
        order = preference(articles.values(), ties.rules)
        preferred = [ids.index(article.id) for article in order]
        return cls(ids, _in_order(alike, joined), joined, within, clashing, preferred)

    def are_one_text(self, group: Bits) -> bool:
        """Whether every member matches half of the others or the canonical, and none clashes.

        What merely holds the canonical must match half of them too: a brief that two long texts
        embed does not make them one.
        """
        if any(self.clashing[at] & group for at in _places(group)):
            return False
        core = self._core(group)
        canonical = next((at for at in self.preferred if core >> at & 1), None)
        return canonical is not None and not group & ~core & ~self.within[canonical]

    def put_together(self, ruled: Ruled) -> list[Bits]:
        """Return the group that each article begins in: those whom operators put together.

        Whom a ruling also keeps apart from one of these begins alone, and so does that one.
        """
        groups = [1 << at for at in range(len(self.ids))]
        for at, one in enumerate(self.ids if ruled else ()):
            fellows = ruled.fellows(one)
            together = sum(1 << there for there, other in enumerate(self.ids) if other in fellows)
            calm = [who for who in _places(together) if not self.clashing[who] & together]
            if at in calm:
                groups[at] = sum(1 << there for there in calm)
        return groups

    def named(self, group: Bits) -> Group:
        """Return the ids of a group."""
        return frozenset(self.ids[at] for at in _places(group))

    def _core(self, group: Bits) -> Bits:
        """Return the members that match enough of the others."""
        others = group.bit_count() - 1
        matched = {at: (self.joined[at] & group).bit_count() for at in _places(group)}
        return sum(1 << at for at, many in matched.items() if _are_enough(many, others))


def central(group: Group, ties: Ties) -> Group:
    """Return the members that match enough of the others: any of them may stand for all."""
    others = len(group) - 1
    return frozenset(one for one in group if _are_enough(ties.matched(one, group), others))


def _are_enough(matched: int, others: int) -> bool:
    """Whether matching so many of so many others tells that an article is one text with them.

    Half of them will do, but not one of two: two long texts that embed a brief are not one.
    """
    return 2 * matched >= others and matched >= min(2, others)


def _in_order(alike: Iterable[_Alike], joined: Sequence[Bits]) -> list[tuple[int, int]]:
    """Return pairs with the closest first, and those last that one text holds and no third matches.

    A round-up holds a brief whole and may be closer to it than the texts that it was made of.

    Source: docs/decisions/0229-who-comes-together-first.md
    """
    order = sorted(
        (holds and not joined[here] & joined[there], -jaccard, here, there)
        for holds, jaccard, here, there in alike
    )
    return [(here, there) for _, _, here, there in order]


def _mark(bits: list[Bits], here: int, there: int) -> None:
    bits[here] |= 1 << there
    bits[there] |= 1 << here


def _places(group: Bits) -> Iterator[int]:
    while group:
        lowest = group & -group
        yield lowest.bit_length() - 1
        group ^= lowest
