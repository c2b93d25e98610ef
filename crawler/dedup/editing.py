"""Whether an editor made one text of another: what the two show, weighed and added up.

Source: docs/decisions/0230-editing-is-weighed.md
"""

from enum import StrEnum
from math import log, log1p

from crawler.dedup.overlap import Overlap
from crawler.dedup.rules import Rules


class Interval(StrEnum):
    """How far apart two articles are known to have appeared."""

    HOURS = "hours"
    DAYS = "days"
    UNKNOWN = "unknown"


def is_edited(shares: Overlap, apart: Interval, rules: Rules) -> bool:
    """Whether more speaks for an editor's work than against it."""
    if not may_be_edited(shares, rules):
        return False
    return sum(evidence(shares, apart, rules).values()) > 0


def may_be_edited(shares: Overlap, rules: Rules) -> bool:
    """Whether two texts are long enough to tell an editor's work by, and no longer than one is."""
    enough = shares.shared >= rules.least_woven and shares.smaller >= rules.least
    longest = rules.longest if is_throughout(shares, rules) else rules.longest_cut
    return enough and shares.larger <= longest


def is_throughout(shares: Overlap, rules: Rules) -> bool:
    """Whether shared words run through the whole of both texts."""
    return min(shares.woven(rules.step)) >= rules.woven


def evidence(shares: Overlap, apart: Interval, rules: Rules) -> dict[str, float]:
    """Return what each trace adds to the log-odds that an editor made one text of the other."""
    found = traces(shares, apart, rules)
    return {name: getattr(rules.weights, name) * trace for name, trace in found.items()}


def traces(shares: Overlap, apart: Interval, rules: Rules) -> dict[str, float]:
    """Return the traces of an editor's work, by the names of `Weights`."""
    larger, smaller = sorted(shares.woven(rules.step))
    kept = log1p(shares.common_numbers * (1 - shares.changed_numbers))
    hours = apart is Interval.HOURS
    return {
        "base": 1.0,
        "woven": log(smaller),
        "length": log1p(shares.smaller),
        "passage": min(max(0.0, shares.shared / max(1.0, shares.runs) - rules.passage), 20.0),
        "numbers": 0.0 if hours else kept,
        "numbers_soon": kept if hours else 0.0,
        "soon": larger if hours else 0.0,
        "days": float(apart is Interval.DAYS),
    }
