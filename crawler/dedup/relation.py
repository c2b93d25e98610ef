"""What one article is to another, judged by how far each holds the other's words.

Source: docs/decisions/0062-relations.md
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from operator import eq

from crawler.dedup.fingerprint import NO_WORDS
from crawler.dedup.sketch import Overlap, overlap
from crawler.model import LookAlike, OutletId, Relation, Tie


class Preference(StrEnum):
    """Why an article is shown for its story rather than another."""

    ORIGINAL = "original"  # its outlet is the agency that the text credits
    EARLIEST = "earliest"
    FULLEST = "fullest"
    TRUSTED = "trusted"  # its outlet stands before the other's in `Rules.trusted`


@dataclass(frozen=True, slots=True)
class Rules:
    """Where one relation ends and the next begins; all shares are 0..1.

    Source: docs/decisions/0062-relations.md, which shows what was tuned on what.
    """

    evidence: int = 16  # shingles found in both, at least;
    least: int = 6  # so many do where one text is held; with fewer, texts match exactly only
    held: float = 0.63  # of the smaller text, found in the other: they stand in one story
    mutual: float = 0.55  # of both: the same, and a copy rather than an excerpt
    partial: float = 0.3  # of either: worth a link
    fronted: float = 0.3  # of the smaller one's first half, in what they share: else background;
    framed: float = 0.5  # of both halves, within one outlet: else its heading or signature
    late: timedelta = timedelta(days=4)  # between two appearances: later a text is used again,
    held_late: float = 0.8  # unless so much of it is held
    template_numbers: float = 0.4  # of what differs, holds a number: the same form filled anew
    named: int = 48  # shingles: in texts of no more, a name is as good as a number
    word: int = 3  # shingles that another word in a text spoils
    rewritten: float = 0.75  # of a copy, found in its original: less is a rewrite, more a part
    own_part: float = 0.15  # of each of three of one outlet, which share nothing but one passage:
    same_part: float = 0.97  # of what any two of them share: that passage is boilerplate
    canonical: tuple[Preference, ...] = tuple(Preference)  # who is shown, first things first
    trusted: tuple[OutletId, ...] = ()  # outlets, most trusted first


RULES = Rules()


class Reason(StrEnum):
    """The rule that decided about a pair."""

    SAME_WORDS = "the same words"
    TOO_LITTLE = "too few shingles in common to judge by"
    LITTLE_SHARED = "neither shares enough to be worth a link"
    PARTLY_SHARED = "neither is held far enough to be one text"
    BACKGROUND = "what they share stands behind what each has of its own"
    FRAME = "one outlet's heading or signature is what they share"
    LATE = "days lie between them, and neither is nearly whole in the other"
    NUMBERS_DIFFER = "most of what differs holds a number or a date, or a name in a short text"
    MUTUAL = "each holds most of the other"
    HELD = "one holds most of the other, and much besides"
    SAME_ADDRESS = "the same address at another time"


_JUDGED = {
    Reason.SAME_WORDS: Relation.COPY,
    Reason.TOO_LITTLE: Relation.UNRELATED,
    Reason.LITTLE_SHARED: Relation.UNRELATED,
    Reason.PARTLY_SHARED: Relation.PARTIAL,
    Reason.FRAME: Relation.UNRELATED,
    Reason.BACKGROUND: Relation.UNRELATED,
    Reason.LATE: Relation.UNRELATED,
    Reason.NUMBERS_DIFFER: Relation.TEMPLATE,
    Reason.SAME_ADDRESS: Relation.REVISION,
}


def relate(one: LookAlike, other: LookAlike, rules: Rules = RULES) -> Tie:
    """Return what `one` is to `other`, with the shares that say so.

    Swapped arguments give the converse.
    """
    shares = shares_of(one, other)
    reason = reason_of(one, other, shares, rules)
    joining = joining_relation(shares.one_in_other, shares.other_in_one, rules)
    return Tie(
        one=one.id,
        other=other.id,
        relation=_JUDGED.get(reason, joining),
        jaccard=shares.jaccard,
        one_in_other=shares.one_in_other,
        other_in_one=shares.other_in_one,
    )


def joining_relation(one_in_other: float, other_in_one: float, rules: Rules) -> Relation:
    """Return what two articles of one story are to each other by what each holds."""
    if min(one_in_other, other_in_one) >= rules.mutual:
        return Relation.COPY
    return Relation.EXCERPT if one_in_other > other_in_one else Relation.EXPANSION


def shares_of(one: LookAlike, other: LookAlike) -> Overlap:
    """Return what two articles have in common."""
    mine, theirs = one.fingerprint, other.fingerprint
    return overlap(mine.sketch, mine.shingles, theirs.sketch, theirs.shingles)


def reason_of(one: LookAlike, other: LookAlike, shares: Overlap, rules: Rules) -> Reason:
    """Return the rule that decides what two articles are to each other."""
    if one.fingerprint.content_hash == other.fingerprint.content_hash:
        return _same_words(one, other)
    reason = _by_shares(shares, rules)
    if _JUDGED.get(reason) is Relation.UNRELATED:
        return reason
    if one.url == other.url:
        return Reason.SAME_ADDRESS
    if reason not in (Reason.MUTUAL, Reason.HELD):
        return reason
    return _used_again(one, other, shares, rules) or reason


def _same_words(one: LookAlike, other: LookAlike) -> Reason:
    if one.url == other.url:
        return Reason.SAME_ADDRESS
    return Reason.TOO_LITTLE if one.fingerprint.content_hash == NO_WORDS else Reason.SAME_WORDS


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


def _by_shares(shares: Overlap, rules: Rules) -> Reason:
    less, more = sorted((shares.one_in_other, shares.other_in_one))
    if shares.shared < (rules.least if more >= rules.held else rules.evidence):
        return Reason.TOO_LITTLE
    if more < rules.partial:
        return Reason.LITTLE_SHARED
    if more < rules.held and less < rules.mutual:
        return Reason.PARTLY_SHARED
    if _filled_anew(shares, rules):
        return Reason.NUMBERS_DIFFER
    return Reason.MUTUAL if less >= rules.mutual else Reason.HELD


def _used_again(one: LookAlike, other: LookAlike, shares: Overlap, rules: Rules) -> Reason | None:
    """Return why what two articles share is no news of either, if it is not."""
    if max(shares.one_in_other, shares.other_in_one) < rules.held_late and _is_late(
        one, other, rules
    ):
        return Reason.LATE
    surely_in_both = (1 + max(rules.fronted, rules.framed)) * shares.smaller / 2
    if shares.shared >= surely_in_both:
        return None
    if _missing(shares, rules.fronted)[0]:
        return Reason.BACKGROUND
    at_home = one.outlet == other.outlet != ""
    return Reason.FRAME if at_home and any(_missing(shares, rules.framed)) else None


def _missing(shares: Overlap, share: float) -> tuple[bool, bool]:
    """Return whether less than a share of the smaller text's first and second half is in both.

    Boilerplate that was left out may leave next to nothing of a half, which then tells nothing.
    """
    front, back = shares.halves
    even = shares.smaller / 2
    return (
        front - shares.front > (1 - share) * max(front, even),
        back - shares.back > (1 - share) * max(back, even),
    )


def alike_to(other: LookAlike, one: LookAlike, twin: LookAlike, rules: Rules) -> bool:
    """Whether the first is to both of two articles of the same words what it is to either."""
    same_home = (one.outlet == other.outlet) == (twin.outlet == other.outlet)
    return same_home and _is_late(one, other, rules) == _is_late(twin, other, rules)


def _is_late(one: LookAlike, other: LookAlike, rules: Rules) -> bool:
    """Whether the two are known to have appeared on days far apart."""
    if one.published is None or other.published is None:
        return False
    return abs(one.published - other.published) > rules.late


def _filled_anew(shares: Overlap, rules: Rules) -> bool:
    """Whether what differs are numbers and dates, on both sides, or in short texts names."""
    return _counted_anew(shares, rules) or _named_anew(shares, rules)


def _counted_anew(shares: Overlap, rules: Rules) -> bool:
    if shares.same_numbers or not min(shares.numbers):
        return False
    return sum(shares.numbers) >= rules.template_numbers * shares.differing


def _named_anew(shares: Overlap, rules: Rules) -> bool:
    """Whether nothing but a name or number gave way to another, whatever else was added."""
    if max(shares.one, shares.other) > rules.named or not shares.gave_way:
        return False
    alone = shares.one - shares.shared, shares.other - shares.shared
    nothing_else = any(map(eq, alone, shares.telling))
    return nothing_else and min(shares.telling) >= rules.word
