"""Where one relation ends and the next begins: every number that judges.

Source: docs/decisions/0062-relations.md
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from crawler.model import OutletId


class Preference(StrEnum):
    """Why an article is shown for its story rather than another."""

    ORIGINAL = "original"  # its outlet is the agency that the text credits
    EARLIEST = "earliest"
    FULLEST = "fullest"
    TRUSTED = "trusted"  # its outlet stands before the other's in `Rules.trusted`


@dataclass(frozen=True, slots=True)
class Weights:
    """What each trace of an editor's work adds to the log-odds that one text was made of another.

    Fitted by `bench/quality/weights.py`.

    Source: docs/decisions/0230-editing-is-weighed.md
    """

    base: float = 2.2  # in any case; then times
    woven: float = 3.9  # the logarithm of the share of the smaller text that is woven through,
    length: float = -0.92  # that of its shingles: a short text is edited more heavily,
    passage: float = -0.09  # how far runs are longer than `Rules.passage`, of 20 at most,
    numbers: float = 2.75  # the logarithm of one more than the numbers kept,
    numbers_soon: float = 2.1  # the same where the two appeared within hours,
    soon: float = 2.35  # and there the share of the larger text that is woven through;
    days: float = -3.0  # if days are known to lie between


@dataclass(frozen=True, slots=True)
class Rules:
    """Where one relation ends and the next begins; all shares are 0..1.

    Source: docs/decisions/0062-relations.md, which shows what was tuned on what.
    """

    evidence: int = 16  # shingles found in both, at least;
    least: int = 6  # so many do where one text is held; with fewer, texts match exactly only
    held: float = 0.63  # of the smaller text, found in the other: they stand in one story
    mutual: float = 0.55  # of both: the same, and a copy rather than an excerpt
    woven: float = 0.68  # of both, in an edited text that is a copy: of one only, it is an excerpt
    step: int = 6  # words that a shared run counts for besides its shingles
    least_woven: int = 4  # shingles found in both, at least, of an edited text
    passage: int = 10  # shingles of a shared run, on average: longer ones are quoted, not edited
    longest: int = 600  # shingles of a text that is edited throughout: no longer one is known,
    longest_cut: int = 400  # nor one of more that is cut besides
    soon: timedelta = timedelta(hours=20)  # between the two: a day later a form is filled anew
    weights: Weights = Weights()  # of the traces of an editor's work
    numbers: int = 3  # in common and no other: then a name was added, none gave way
    partial: float = 0.3  # of either: worth a link
    fronted: float = 0.3  # of the smaller one's first half, in what they share: else background;
    framed: float = 0.5  # of both halves, within one outlet: else its heading or signature
    late: timedelta = timedelta(days=4)  # between two appearances: later a text is used again,
    held_late: float = 0.8  # unless so much of it is held
    template_numbers: float = 0.4  # of what differs, holds a number: the same form filled anew,
    changed_numbers: float = 0.35  # if so many of all numbers are others;
    other_numbers: float = 0.5  # more of them will do by themselves, unless hours bind the two,
    later_numbers: float = 0.2  # more than so many on another day of one outlet,
    other_names: float = 0.5  # and more than so many of all names within one outlet
    named: int = 48  # shingles: in texts of no more, a name is as good as a number
    word: int = 2  # shingles that another word than the first spoils, at least
    rewritten: float = 0.75  # of a copy, found in its original: less is a rewrite, more a part
    own_part: float = 0.15  # of each of three of one outlet, which share nothing but one passage:
    same_part: float = 0.97  # of what any two of them share: that passage is boilerplate
    canonical: tuple[Preference, ...] = tuple(Preference)  # who is shown, first things first
    trusted: tuple[OutletId, ...] = ()  # outlets, most trusted first


RULES = Rules()
