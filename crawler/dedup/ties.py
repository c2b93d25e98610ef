"""The relations among some articles, verified when first asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, reduce
from itertools import combinations
from types import MappingProxyType

import numpy as np

from crawler.dedup.boilerplate import told_apart
from crawler.dedup.relation import appeared_before, at_home, converse, joining_relation, relate
from crawler.dedup.rules import Rules
from crawler.dedup.ruling import Ruled
from crawler.dedup.sketch import hashes_of, unpack
from crawler.model import ArticleId, LookAlike, OutletId, Precision, Relation, Ruling, Tie

_MOST_COMPARED = 12  # articles of one outlet, three at a time
_REMEMBERED = 1 << 14  # pairs, twice: some 20 MB

_Judged = tuple[ArticleId, OutletId, bytes, int, datetime | None, Precision | None]
_Pair = tuple[_Judged, _Judged]
_NOTHING_RULED = Ruled()


class Judge:
    """`relate` under some rules, which remembers pairs: in a large story all are asked for again.

    Two generations of verdicts are kept, so that memory has a bound and the latest stay.
    """

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._young: dict[_Pair, Tie] = {}
        self._old: dict[_Pair, Tie] = {}

    def __call__(self, one: LookAlike, other: LookAlike) -> Tie:
        """Return what `one` is to `other`."""
        pair = _what_is_judged(one), _what_is_judged(other)
        tie = self._young.get(pair) or self._old.get(pair) or relate(one, other, self._rules)
        if len(self._young) >= _REMEMBERED:
            self._old, self._young = self._young, {}
        self._young[pair] = tie
        return tie


@lru_cache(maxsize=4)
def judge_of(rules: Rules) -> Judge:
    """Return the judge by these rules, the same each time."""
    return Judge(rules)


def _what_is_judged(article: LookAlike) -> _Judged:
    mark = article.fingerprint
    text = mark.content_hash, hash(mark.sketch)
    return article.id, article.outlet, *text, article.published, article.dating.precision


class Ties:
    """Every relation within a neighbourhood; what is stored is believed, the rest is verified.

    Args:
        articles: Whoever may be asked about.
        stored: What was verified before.
        rules: What a missing tie is judged by.
        rulings: What operators decided, which goes before what the texts say.
        bare: Articles without the boilerplate that they hold much of.
    """

    def __init__(
        self,
        articles: Mapping[ArticleId, LookAlike],
        stored: Iterable[Tie],
        rules: Rules,
        rulings: Iterable[Ruling] = (),
        bare: Mapping[ArticleId, LookAlike] = MappingProxyType({}),
    ) -> None:
        self._articles = articles
        self._bare = bare
        self._judge = judge_of(rules)
        self.rules = rules
        self.ruled = Ruled(said) if (said := tuple(rulings)) else _NOTHING_RULED
        self._digests: frozenset[ArticleId] = frozenset()
        self._repeats: set[frozenset[ArticleId]] = set()  # pairs that share boilerplate only
        self._ties: dict[tuple[ArticleId, ArticleId], Tie] = {}
        self._near: dict[ArticleId, list[ArticleId]] = {}  # who holds it, or is held by it
        for tie in stored:
            self._remember(_of_two(tie, rules))

    def between(self, one: ArticleId, other: ArticleId) -> Tie:
        """Return what `one` is to `other`, as operators ruled or as the texts say."""
        tie = self.verified(one, other)
        return self._as_ruled(tie) if self.ruled else tie

    def verified(self, one: ArticleId, other: ArticleId) -> Tie:
        """Return what `one` is to `other` by their texts and those of all around."""
        tie = self._between_two(one, other)
        if self._repeats and frozenset((one, other)) in self._repeats:
            return replace(tie, relation=Relation.PARTIAL)
        if self._digests:
            held_by = {Relation.EXCERPT: other, Relation.EXPANSION: one}.get(tie.relation)
            return replace(tie, relation=Relation.DIGEST) if held_by in self._digests else tie
        return tie

    def join(self, one: ArticleId, other: ArticleId) -> bool:
        """Whether the two may stand in one story."""
        return self.between(one, other).relation.joins

    def clash(self, one: ArticleId, other: ArticleId) -> bool:
        """Whether the two must not stand in one story, whatever else they match."""
        return self.parts(self.between(one, other))

    def parts(self, tie: Tie) -> bool:
        """Whether a tie keeps its two articles out of one story, whatever else they match."""
        apart = tie.relation in (Relation.TEMPLATE, Relation.DIGEST)
        return apart or self.ruled.apart(tie.one, tie.other)

    def matched(self, one: ArticleId, among: Iterable[ArticleId]) -> int:
        """Return how many others may stand in one story with `one`."""
        return sum(self.join(one, other) for other in among if other != one)

    def is_digest(self, one: ArticleId) -> bool:
        """Whether the article was found to hold several stories."""
        return one in self._digests

    def judge_together(self, among: Iterable[ArticleId]) -> None:
        """Recognise what pairs alone do not tell of these articles: repeated passages, digests."""
        ids = sorted(among)
        self._find_repeats(ids)
        self._find_digests(ids)

    def reached_from(
        self, ones: Iterable[ArticleId], groups: Iterable[Iterable[ArticleId]]
    ) -> set[ArticleId]:
        """Return all that hangs together with articles, through verified ties or old groups.

        Args:
            ones: Where to begin.
            groups: Articles that belong together already.
        """
        fellows = {article: tuple(group) for group in groups for article in group}
        reached = set(ones)
        waiting = list(reached)
        while waiting:
            this = waiting.pop()
            found = {*self._near.get(this, ()), *fellows.get(this, ()), *self._put_with(this)}
            found -= reached
            reached |= found
            waiting.extend(found)
        return reached

    def _find_repeats(self, ids: Sequence[ArticleId]) -> None:
        """Recognise passages that an outlet prints under one story after another.

        Three of its articles share such a passage and nothing else, each having words of its own;
        versions of one story share more with the next than with the one after it.
        """
        by_outlet: dict[OutletId, list[ArticleId]] = {}
        for one in ids:
            by_outlet.setdefault(self._articles[one].outlet, []).append(one)
        for printed in by_outlet.values():
            for triple in combinations(printed[:_MOST_COMPARED], 3):
                if self._share_one_passage(triple):
                    self._repeats.update(map(frozenset, combinations(triple, 2)))

    def _find_digests(self, ids: Sequence[ArticleId]) -> None:
        """Judge anew which of these articles hold two texts that have nothing in common."""
        held = {one: [other for other in ids if self._took_over(one, other)] for one in ids}
        self._digests = frozenset(one for one in ids if self._are_several(held[one], ids))

    def _put_with(self, one: ArticleId) -> Iterable[ArticleId]:
        return (other for other in self.ruled.fellows(one) if other in self._articles)

    def _as_ruled(self, tie: Tie) -> Tie:
        """Return the tie as rulings have it: whoever joins a fellow joins the article itself."""
        if self.ruled.apart(tie.one, tie.other):
            return replace(tie, relation=Relation.UNRELATED)
        if tie.relation.joins:
            return tie
        mine, theirs = self._put_with(tie.one), list(self._put_with(tie.other))
        pairs = [(one, other) for one in sorted(mine) for other in sorted(theirs)]
        if any(one == other for one, other in pairs):
            return replace(tie, relation=Relation.COPY)
        ties = (self.verified(*pair) for pair in pairs)
        closest = max((t for t in ties if t.relation.joins), key=lambda t: t.jaccard, default=tie)
        return replace(tie, relation=closest.relation)

    def _share_one_passage(self, triple: Sequence[ArticleId]) -> bool:
        pairs = combinations(triple, 2)
        if not all(self._between_two(*pair).relation.joins for pair in pairs):
            return False
        sketches = [hashes_of(unpack(self._without(one).fingerprint.sketch)) for one in triple]
        shared = [len(np.intersect1d(*pair)) for pair in combinations(sketches, 2)]
        passage = len(reduce(np.intersect1d, sketches))
        own_part = min(1 - passage / len(sketch) for sketch in sketches)
        return own_part >= self.rules.own_part and passage >= self.rules.same_part * max(shared)

    def _between_two(self, one: ArticleId, other: ArticleId) -> Tie:
        if (one, other) not in self._ties:
            self._remember(self._judged(one, other))
        return self._ties[one, other]

    def _judged(self, one: ArticleId, other: ArticleId) -> Tie:
        pair = self._articles[one], self._articles[other]
        whole = self._judge(*pair)
        if one not in self._bare and other not in self._bare:
            return whole
        bare = self._judge(self._without(one), self._without(other))
        return told_apart(whole, bare, at_home=at_home(*pair))

    def _without(self, one: ArticleId) -> LookAlike:
        return self._bare.get(one, self._articles[one])

    def _remember(self, tie: Tie) -> None:
        self._ties[tie.one, tie.other] = tie
        self._ties[tie.other, tie.one] = converse(tie)
        if tie.relation.joins:
            self._near.setdefault(tie.one, []).append(tie.other)
            self._near.setdefault(tie.other, []).append(tie.one)

    def _took_over(self, one: ArticleId, other: ArticleId) -> bool:
        """Whether `one` holds `other` as it was printed and did not appear before it.

        What is found in it by runs of edited words is another account of the same, no part of it.
        """
        if one == other or not self._is_held_whole(self._between_two(one, other)):
            return False
        return not appeared_before(self._articles[one], self._articles[other])

    def _is_held_whole(self, tie: Tie) -> bool:
        return tie.relation is Relation.EXPANSION and tie.other_in_one >= self.rules.held

    def _are_several(self, texts: Iterable[ArticleId], among: Sequence[ArticleId]) -> bool:
        return any(
            self._have_nothing_in_common(self._between_two(one, other))
            and not any(self._is_of_both(whole, one, other) for whole in among)
            for one, other in combinations(texts, 2)
        )

    def _is_of_both(self, whole: ArticleId, one: ArticleId, other: ArticleId) -> bool:
        """Whether one of two is a rewrite of a text that holds the other: both are parts of it."""
        if whole in (one, other):
            return False
        to_one, to_other = (self._between_two(whole, part) for part in (one, other))
        return (self._is_rewritten(to_one) and to_other.relation is Relation.EXPANSION) or (
            self._is_rewritten(to_other) and to_one.relation is Relation.EXPANSION
        )

    def _is_rewritten(self, tie: Tie) -> bool:
        """Whether the other is a copy with much of its own, not a part of a longer text."""
        return tie.relation is Relation.COPY and tie.other_in_one < self.rules.rewritten

    def _have_nothing_in_common(self, tie: Tie) -> bool:
        """Whether two texts are strangers, and not just too short to judge."""
        strange = tie.relation is Relation.UNRELATED
        return strange and max(tie.one_in_other, tie.other_in_one) < self.rules.partial


def _of_two(tie: Tie, rules: Rules) -> Tie:
    """Return the tie as it looks when nobody else is around.

    Then a digest is an expansion, and what shares boilerplate only is a copy or an excerpt.
    """
    less, more = sorted((tie.one_in_other, tie.other_in_one))
    joining = more >= rules.held or less >= rules.mutual
    if tie.relation is Relation.DIGEST or (tie.relation is Relation.PARTIAL and joining):
        return replace(tie, relation=joining_relation(tie.one_in_other, tie.other_in_one, rules))
    return tie
