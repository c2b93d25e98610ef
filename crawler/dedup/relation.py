"""What one article is to another, judged by how far each holds the other's words.

Source: docs/decisions/0062-relations.md
"""

from datetime import timedelta
from enum import StrEnum
from operator import eq

from crawler.dedup.editing import Interval, is_edited, is_throughout
from crawler.dedup.fingerprint import NO_WORDS
from crawler.dedup.overlap import Overlap, overlap
from crawler.dedup.rules import RULES, Rules
from crawler.model import LookAlike, Precision, Relation, Tie


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
    OTHER_NUMBERS = "many of the numbers are others: one outlet fills the same form another day"
    OTHER_REPORT = "many of the numbers are others, and the two are not of the same hours"
    OTHER_NAMES = "most names are others: one outlet reports another event in the same words"
    EDITED = "another outlet's words run through the whole of both"
    EDITED_CUT = "another outlet's words run through one, cut and edited"
    MUTUAL = "each holds most of the other"
    HELD = "one holds most of the other, and much besides"
    SAME_ADDRESS = "the same address at another time"

    @property
    def joins(self) -> bool:
        """Whether what two texts share is enough for one story, if it is news of both."""
        return self in _JOINING


_WOVEN = (Reason.EDITED, Reason.EDITED_CUT)
_JOINING = (Reason.MUTUAL, Reason.HELD, *_WOVEN)
_JUDGED = {
    Reason.SAME_WORDS: Relation.COPY,
    Reason.TOO_LITTLE: Relation.UNRELATED,
    Reason.LITTLE_SHARED: Relation.UNRELATED,
    Reason.PARTLY_SHARED: Relation.PARTIAL,
    Reason.FRAME: Relation.UNRELATED,
    Reason.BACKGROUND: Relation.UNRELATED,
    Reason.LATE: Relation.UNRELATED,
    Reason.NUMBERS_DIFFER: Relation.TEMPLATE,
    Reason.OTHER_NUMBERS: Relation.TEMPLATE,
    Reason.OTHER_NAMES: Relation.TEMPLATE,
    Reason.OTHER_REPORT: Relation.UNRELATED,
    Reason.SAME_ADDRESS: Relation.REVISION,
    Reason.EDITED: Relation.COPY,
}


def relate(one: LookAlike, other: LookAlike, rules: Rules = RULES) -> Tie:
    """Return what `one` is to `other`, with the shares that say so.

    Swapped arguments give the converse.
    """
    shares = shares_of(one, other)
    return Tie(
        one=one.id,
        other=other.id,
        relation=_judged(reason_of(one, other, shares, rules), shares, rules),
        jaccard=shares.jaccard,
        one_in_other=shares.one_in_other,
        other_in_one=shares.other_in_one,
    )


def _judged(reason: Reason, shares: Overlap, rules: Rules) -> Relation:
    joining = joining_relation(shares.one_in_other, shares.other_in_one, rules)
    return _JUDGED.get(reason, joining)


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
    if not reason.joins and not at_home(one, other):
        reason = _edited(one, other, shares, rules) or reason
    if reason.joins:
        reason = _filled_anew(one, other, shares, rules) or reason
    if _JUDGED.get(reason) is Relation.UNRELATED:
        return reason
    if one.url == other.url:
        return Reason.SAME_ADDRESS
    if not reason.joins:
        return reason
    return _used_again(one, other, reason, shares, rules) or reason


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
    return Reason.MUTUAL if less >= rules.mutual else Reason.HELD


def _edited(one: LookAlike, other: LookAlike, shares: Overlap, rules: Rules) -> Reason | None:
    """Return how an editor made one text of what another outlet printed, if one did."""
    if not is_edited(shares, interval(one, other, rules), rules):
        return None
    return Reason.EDITED if is_throughout(shares, rules) else Reason.EDITED_CUT


def at_home(one: LookAlike, other: LookAlike) -> bool:
    """Whether both are known to be of one outlet."""
    return one.outlet == other.outlet != ""


def _within_hours(one: LookAlike, other: LookAlike, rules: Rules) -> bool:
    """Whether the two are known to have appeared within hours, or on one day if no hour is told."""
    if one.published is None or other.published is None:
        return False
    if _only_days_are_told(one, other):
        return one.published.date() == other.published.date()
    return abs(one.published - other.published) <= rules.soon


def appeared_before(one: LookAlike, other: LookAlike) -> bool:
    """Whether one is known to have appeared before the other, a day before if no hour is told."""
    if one.published is None or other.published is None:
        return False
    if _only_days_are_told(one, other):
        return one.published.date() < other.published.date()
    return one.published < other.published


def _only_days_are_told(one: LookAlike, other: LookAlike) -> bool:
    return Precision.DAY in (one.dating.precision, other.dating.precision)


def interval(one: LookAlike, other: LookAlike, rules: Rules) -> Interval:
    """Return how far apart the two are known to have appeared."""
    if _within_hours(one, other, rules):
        return Interval.HOURS
    return Interval.UNKNOWN if _apart(one, other) is None else Interval.DAYS


def _used_again(
    one: LookAlike, other: LookAlike, reason: Reason, shares: Overlap, rules: Rules
) -> Reason | None:
    """Return why what two articles share is no news of either, if it is not."""
    held = max(shares.one_in_other, shares.other_in_one)
    if held < rules.held_late and _is_late(one, other, rules):
        return Reason.LATE
    if reason in _WOVEN:  # wherever they stand
        return None
    return _misplaced(shares, rules, within=at_home(one, other))


def _misplaced(shares: Overlap, rules: Rules, *, within: bool) -> Reason | None:
    """Return why shared words are no news by where in the texts they stand."""
    surely_in_both = (1 + max(rules.fronted, rules.framed)) * shares.smaller / 2
    if shares.shared >= surely_in_both:
        return None
    if _missing(shares, rules.fronted)[0]:
        return Reason.BACKGROUND
    return Reason.FRAME if within and any(_missing(shares, rules.framed)) else None


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
    return _terms(one, other, rules) == _terms(twin, other, rules)


def _terms(one: LookAlike, other: LookAlike, rules: Rules) -> tuple[bool, float, Interval, bool]:
    """Return what besides their words decides about two articles."""
    may_change, late = _may_change(one, other, rules), _is_late(one, other, rules)
    return at_home(one, other), may_change, interval(one, other, rules), late


def _is_late(one: LookAlike, other: LookAlike, rules: Rules) -> bool:
    """Whether the two are known to have appeared on days far apart."""
    apart = _apart(one, other)
    return apart is not None and apart > rules.late


def _apart(one: LookAlike, other: LookAlike) -> timedelta | None:
    """Return how far apart the two appeared; None where one's time is not known."""
    if one.published is None or other.published is None:
        return None
    return abs(one.published - other.published)


def _filled_anew(one: LookAlike, other: LookAlike, shares: Overlap, rules: Rules) -> Reason | None:
    """Return why the two are one form with other contents, if they are.

    Source: docs/decisions/0216-numbers-by-value.md
    """
    if _counted_anew(shares, rules) or _named_anew(shares, rules):
        return Reason.NUMBERS_DIFFER
    held = max(shares.one_in_other, shares.other_in_one)
    if held < rules.held_late and shares.changed_numbers > _may_change(one, other, rules):
        return Reason.OTHER_NUMBERS if at_home(one, other) else Reason.OTHER_REPORT
    if at_home(one, other) and shares.changed_names > rules.other_names:
        return Reason.OTHER_NAMES
    return None


def _may_change(one: LookAlike, other: LookAlike, rules: Rules) -> float:
    """Return what share of their numbers may be others in two copies: all within hours."""
    if _within_hours(one, other, rules):
        return 1.0
    later = at_home(one, other) and _apart(one, other) is not None
    return rules.later_numbers if later else rules.other_numbers


def _counted_anew(shares: Overlap, rules: Rules) -> bool:
    """Whether what differs are numbers and dates for the most part, on both sides."""
    if shares.changed_numbers <= rules.changed_numbers:
        return False
    most_tell = sum(shares.telling) >= rules.template_numbers * shares.differing
    return most_tell and min(shares.telling) > 0


def _named_anew(shares: Overlap, rules: Rules) -> bool:
    """Whether nothing but a name or number gave way to another, whatever else was added.

    Not where numbers enough are in both and no other is: then a name was added, none gave way.
    """
    if shares.larger > rules.named or not shares.gave_way:
        return False
    if shares.common_numbers >= rules.numbers and shares.changed_numbers == 0:
        return False
    alone = shares.one - shares.shared, shares.other - shares.shared
    nothing_else = any(map(eq, alone, shares.telling))
    return nothing_else and min(shares.telling) >= rules.word
