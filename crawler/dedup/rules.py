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
class Rules:
    """Where one relation ends and the next begins; all shares are 0..1.

    Source: docs/decisions/0062-relations.md, which shows what was tuned on what.
    """

    evidence: int = 16  # shingles found in both, at least;
    least: int = 6  # so many do where one text is held; with fewer, texts match exactly only
    held: float = 0.63  # of the smaller text, found in the other: they stand in one story
    mutual: float = 0.55  # of both: the same, and a copy rather than an excerpt
    woven: float = 0.68  # of both, in what one outlet edited throughout of another's: a copy;
    woven_brief: float = 0.75  # of the smaller, if brief: an excerpt
    least_woven: int = 4  # shingles found in both, at least, of such a text
    kept: int = 3  # numbers in both: an editor keeps them,
    kept_but: float = 0.2  # while fewer than so many of all are others,
    kept_woven: float = 0.1  # and so much less will do
    opening: float = 0.8  # of the smaller one's first half, in what they share: an excerpt,
    woven_opening: float = 0.78  # if so much of it is woven through
    weighed: float = 0.88  # of the smaller one, woven through in short runs: an excerpt if
    longest_weighed: int = 400  # shingles are the most of the other, with
    weight_kept: float = 0.05  # so much added for each number in both,
    most_kept: int = 6  # of so many at most,
    weight_changed: float = 0.25  # and so much of the share of numbers that are others taken off
    step: int = 6  # words that a shared run counts for besides its shingles
    brief: int = 200  # shingles, at most;
    passage: int = 10  # shingles of a shared run, on average: longer ones are quoted, not edited
    longest: int = 600  # shingles of a text that is edited throughout: no longer one is known,
    soon: timedelta = timedelta(hours=20)  # between the two: a day later a form is filled anew
    numbers: int = 3  # in common, at least, where that is longer or unknown,
    nearly_all: float = 0.9  # or one fewer if so much of the smaller one is woven through
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
