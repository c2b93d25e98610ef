"""What one article is to another, judged by how far each holds the other's words.

Source: docs/decisions/0062-relations.md
"""

from dataclasses import dataclass

from crawler.dedup.sketch import Overlap, overlap
from crawler.model import LookAlike, Relation, Tie


@dataclass(frozen=True, slots=True)
class Rules:
    """Where one relation ends and the next begins; all shares are 0..1.

    Source: docs/decisions/0062-relations.md, which shows what was tuned on what.
    """

    evidence: int = 16  # shingles found in both, at least; shorter texts match exactly only
    held: float = 0.63  # of the smaller text, found in the other: they stand in one story
    mutual: float = 0.55  # of both: the same, and a copy rather than an excerpt
    partial: float = 0.3  # of either: worth a link
    template_numbers: float = 0.5  # of what differs, holds a number: the same form filled anew


RULES = Rules()


def relate(one: LookAlike, other: LookAlike, rules: Rules = RULES) -> Tie:
    """Return what `one` is to `other`, with the shares that say so.

    The same for both orders: swapped arguments give the converse relation.
    """
    mine, theirs = one.fingerprint, other.fingerprint
    shares = overlap(mine.sketch, mine.shingles, theirs.sketch, theirs.shingles)
    relation = _judged(shares, rules)
    if mine.content_hash == theirs.content_hash:
        relation = Relation.COPY
    if one.url == other.url and relation is not Relation.UNRELATED:
        relation = Relation.REVISION
    return Tie(
        one=one.id,
        other=other.id,
        relation=relation,
        jaccard=shares.jaccard,
        one_in_other=shares.one_in_other,
        other_in_one=shares.other_in_one,
    )


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


def _judged(shares: Overlap, rules: Rules) -> Relation:
    one_held, other_held = shares.one_in_other, shares.other_in_one
    less, more = sorted((one_held, other_held))
    if shares.shared < rules.evidence or more < rules.partial:
        return Relation.UNRELATED
    if more < rules.held and less < rules.mutual:
        return Relation.PARTIAL
    if _filled_anew(shares, rules):
        return Relation.TEMPLATE
    if less >= rules.mutual:
        return Relation.COPY
    return Relation.EXCERPT if one_held > other_held else Relation.EXPANSION


def _filled_anew(shares: Overlap, rules: Rules) -> bool:
    """Whether numbers and dates are what differs, on both sides."""
    numbers = shares.one_numbers + shares.other_numbers
    return (
        not shares.same_counts
        and min(shares.one_numbers, shares.other_numbers) > 0
        and numbers >= rules.template_numbers * shares.differing
    )
