"""The relations among some articles, verified when first asked for."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from crawler.dedup.relation import Rules, relate
from crawler.model import ArticleId, LookAlike, Relation, Tie


class Ties:
    """Every relation within a neighbourhood; what is stored is believed, the rest is verified.

    Args:
        articles: Whoever may be asked about.
        verified: What is known.
        digests: Articles known to hold several stories: what they hold is no excerpt of theirs.
        rules: What a missing tie is judged by.
    """

    def __init__(
        self,
        articles: Mapping[ArticleId, LookAlike],
        verified: Iterable[Tie],
        digests: Collection[ArticleId],
        rules: Rules,
    ) -> None:
        self._articles = articles
        self._rules = rules
        self._digests = set(digests)
        self._ties: dict[tuple[ArticleId, ArticleId], Tie] = {}
        for tie in verified:
            self._remember(tie)

    def between(self, one: ArticleId, other: ArticleId) -> Tie:
        """Return what `one` is to `other`."""
        if (one, other) not in self._ties:
            self._remember(relate(self._articles[one], self._articles[other], self._rules))
        tie = self._ties[one, other]
        return replace(tie, relation=Relation.DIGEST) if self._is_round_up(tie) else tie

    def join(self, one: ArticleId, other: ArticleId) -> bool:
        """Whether the two may stand in one story."""
        return self.between(one, other).relation.joins

    def matched(self, one: ArticleId, among: Iterable[ArticleId]) -> int:
        """Return how many others may stand in one story with `one`."""
        return sum(self.join(one, other) for other in among if other != one)

    def clash(self, one: ArticleId, other: ArticleId) -> bool:
        """Whether the two must not stand in one story, whatever else they match."""
        return self.between(one, other).relation in (Relation.TEMPLATE, Relation.DIGEST)

    def find_digests(
        self, suspects: Iterable[ArticleId], among: Iterable[ArticleId]
    ) -> Sequence[ArticleId]:
        """Return the suspects that hold two texts with nothing in common, and remember them."""
        others = list(among)
        new = [one for one in suspects if self._holds_several(one, others)]
        self._digests.update(new)
        return new

    def is_digest(self, one: ArticleId) -> bool:
        """Whether the article is known to hold several stories."""
        return one in self._digests

    def _holds_several(self, one: ArticleId, among: Sequence[ArticleId]) -> bool:
        if one in self._digests:
            return False  # known already
        held = [other for other in among if other != one and self._holds(one, other)]
        return any(
            self.between(first, second).relation is Relation.UNRELATED
            for first, second in combinations(held, 2)
        )

    def _holds(self, one: ArticleId, other: ArticleId) -> bool:
        """Whether `one` holds `other` and can have taken it over: it was not first to appear."""
        if self.between(one, other).relation not in (Relation.EXPANSION, Relation.DIGEST):
            return False
        holder, held = self._articles[one].published, self._articles[other].published
        return holder is None or held is None or held <= holder

    def _is_round_up(self, tie: Tie) -> bool:
        return (tie.relation is Relation.EXPANSION and tie.one in self._digests) or (
            tie.relation is Relation.EXCERPT and tie.other in self._digests
        )

    def _remember(self, tie: Tie) -> None:
        self._ties[tie.one, tie.other] = tie
        self._ties[tie.other, tie.one] = converse(tie)


def converse(tie: Tie) -> Tie:
    """Return the same tie told from the other article."""
    return Tie(
        one=tie.other,
        other=tie.one,
        relation=tie.relation.converse,
        jaccard=tie.jaccard,
        one_in_other=tie.other_in_one,
        other_in_one=tie.one_in_other,
    )
