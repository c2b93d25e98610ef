"""From sentences that speak for a topic to how much a text is about it.

A headline with a lead is about all that it says, so its sentences add up. An article is about
what its title and its first sentences say. What comes up further down counts by the share of the
article that it takes, and a lead under a title that speaks of something else only touches.

Source: docs/decisions/0200-whole-articles.md
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.text.profile import Profile, Whole

FEWEST_SENTENCES = 8  # of a body: in a shorter one a single sentence is no large share
STRONGEST = "its strongest sentence"
SEVERAL = 3  # sentences of a body that could bear a lead out; a shorter one need not


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that speaks for the topic."""

    where: str  # "title", "lead", "body"
    concept: str
    words: str
    why: str
    worth: float  # 0..1
    border: str = ""  # whose border it names: "UA", "UA-PL"; empty when it names none


@dataclass(frozen=True, slots=True)
class Part:
    """What a part of a text adds to the score."""

    where: str  # "title", "lead", "body"
    worth: float  # 0..1
    why: str


def score_of(parts: Sequence[Part]) -> float:
    """Return how much a text is about the topic, 0..1: each part leaves less doubt."""
    doubt = 1.0
    for part in parts:
        doubt *= 1 - part.worth
    return round(1 - doubt, 3)


def short_parts(evidence: Sequence[Evidence], profile: Profile) -> tuple[Part, ...]:
    """Return what each sentence of a headline with a lead adds.

    What is met far from any border too (`local`) is one thing, however often it is said.
    """
    weights = {"title": profile.title, "lead": profile.lead, "body": profile.body}
    local = {concept.name for concept in profile.concepts if concept.local}
    parts: dict[str, Part] = {}
    for number, one in enumerate(evidence):
        part = Part(one.where, one.worth * weights[one.where], f"{one.concept}: {one.why}")
        key = one.concept if one.concept in local else str(number)
        parts[key] = max(parts.get(key, part), part, key=_worth)
    return tuple(parts.values())


def _worth(part: Part) -> float:
    return part.worth


def article_parts(
    evidence: Sequence[Evidence], sentences: int, profile: Profile, *, titled: bool
) -> tuple[Part, ...]:
    """Return what title, lead and body of an article add.

    Args:
        evidence: In the order of the text.
        sentences: How many the body has.
        profile: Of the topic.
        titled: Whether the title takes part: names a place, a neighbour or a thing of the topic.
    """
    by_part = {
        where: [one.worth for one in evidence if one.where == where]
        for where in ("title", "lead", "body")
    }
    parts = (
        Part("title", profile.title * max(by_part["title"], default=0.0), STRONGEST),
        _lead(by_part["lead"], profile, meant=titled or sentences < SEVERAL),
        _body(by_part["body"], sentences, profile.whole),
    )
    return tuple(part for part in parts if part.worth)


def _lead(worths: Sequence[float], profile: Profile, *, meant: bool) -> Part:
    if meant:
        return Part("lead", profile.lead * max(worths, default=0.0), STRONGEST)
    aside = [Part("lead", profile.whole.aside * worth, "") for worth in worths]
    return Part("lead", score_of(aside), "under a title that speaks of something else")


def _body(worths: Sequence[float], sentences: int, whole: Whole) -> Part:
    share = sum(worths) / max(sentences, FEWEST_SENTENCES)
    why = f"{len(worths)} of {sentences} sentences"
    return Part("body", min(1.0, share / whole.full), why)
