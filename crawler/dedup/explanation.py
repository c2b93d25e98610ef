"""Why two articles were judged as they were, for whoever has to answer for it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from crawler.dedup.editing import evidence, may_be_edited
from crawler.dedup.overlap import Overlap
from crawler.dedup.relation import Reason, at_home, interval, reason_of, relate, shares_of
from crawler.dedup.rules import RULES, Rules
from crawler.dedup.spelling import plain
from crawler.model import LookAlike, Relation, Tie


@dataclass(frozen=True, slots=True)
class Passage:
    """The longest run of words that two texts share."""

    words: tuple[str, ...] = ()
    at_one: int = 0  # position of its first word
    at_other: int = 0


class Beyond(StrEnum):
    """What decides about two articles besides their two texts, as a sentence."""

    NOTHING = ""
    APART = "a ruling keeps the two apart"
    TOGETHER = "a ruling puts the two together"
    DIGEST = "one of them holds other texts as well: a digest stands apart from what it holds"
    REPEATED = "their outlet prints what they share under other texts too, where it does not count"
    BARE = "without what their outlets print under every text they are one text"
    UNCOMPARED = (
        "the two were not compared: others were nearer, or time or boilerplate lies between"
    )
    OTHERS = "no story is one text with both: each article has to match half of the others"
    BETWEEN = "other articles of their story bring the two together"


def beyond(told: Relation, stored: Relation | None, *, same_story: bool, at_home: bool) -> Beyond:
    """Return why two articles stand otherwise than their texts alone tell; rulings left out.

    Args:
        told: What the two texts are to each other.
        stored: What was verified with all others around; None where they were never compared.
        same_story: Whether they share a story.
        at_home: Whether they are of one outlet.
    """
    if stored is Relation.DIGEST:
        return Beyond.DIGEST
    if stored and stored.joins and not told.joins:
        return Beyond.BARE
    if same_story:
        return Beyond.NOTHING if told.joins else Beyond.BETWEEN
    if not told.joins:
        return Beyond.NOTHING
    if stored is None:
        return Beyond.UNCOMPARED
    return Beyond.OTHERS if stored.joins or not at_home else Beyond.REPEATED


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict on a pair with its grounds: what was counted, which rule decided, by what limits.

    A digest is the one relation that a pair alone cannot show: it takes what else is held.
    """

    tie: Tie
    reason: Reason
    shares: Overlap
    evidence: Mapping[str, float]  # for an edited text, in log-odds; empty if it is not weighed
    rules: Rules
    passage: Passage


def explain(
    one: LookAlike,
    other: LookAlike,
    one_words: Sequence[str],
    other_words: Sequence[str],
    rules: Rules = RULES,
) -> Explanation:
    """Return why `one` is to `other` what it is; the words are the normalised ones."""
    shares = shares_of(one, other)
    return Explanation(
        tie=relate(one, other, rules),
        reason=reason_of(one, other, shares, rules),
        shares=shares,
        evidence=_evidence(one, other, shares, rules),
        rules=rules,
        passage=_as_written(longest_shared(plain(one_words), plain(other_words)), one_words),
    )


def _evidence(
    one: LookAlike, other: LookAlike, shares: Overlap, rules: Rules
) -> Mapping[str, float]:
    if at_home(one, other) or not may_be_edited(shares, rules):
        return {}
    found = evidence(shares, interval(one, other, rules), rules)
    return {trace: weight for trace, weight in found.items() if weight}


def _as_written(passage: Passage, words: Sequence[str]) -> Passage:
    end = passage.at_one + len(passage.words)
    return replace(passage, words=tuple(words[passage.at_one : end]))


def longest_shared(one: Sequence[str], other: Sequence[str]) -> Passage:
    """Return the longest run of words found in both, the first of several.

    Runs of three words or more: they are rare enough in `other` to be looked up one by one.
    """
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at in range(len(other) - 2):
        places[tuple(other[at : at + 3])].append(at)
    runs: dict[int, int] = {}  # where a run ends in `other` -> its words beyond the third
    longest = Passage()
    for at in range(len(one) - 2):
        here = places.get(tuple(one[at : at + 3]), ())
        runs = {end: runs.get(end - 1, -1) + 1 for end in here}
        end = max(runs, key=lambda end: runs[end], default=-1)
        if end >= 0 and runs[end] + 3 > len(longest.words):
            start = at - runs[end]
            longest = Passage(tuple(one[start : at + 3]), start, end - runs[end])
    return longest
