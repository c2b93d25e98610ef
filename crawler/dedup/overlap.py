"""What two sketches say of the words that their texts share, and of where those stand.

Source: docs/decisions/0061-sketch.md; docs/decisions/0214-texts-edited-throughout.md
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from crawler.dedup.sketch import (
    ANY,
    FRONT,
    MOST_TELLS,
    NEXT,
    OTHER,
    TELLING,
    Marks,
    Values,
    is_name,
    unpack,
    unpack_tells,
)

Told = set[int]

_ALL = (1 << 32) - 1
_TOLD_APART = 15 / 16  # of shingles that differ, by four bits of them


@dataclass(frozen=True)
class Overlap:
    """What two texts share, counted over the shingles that both sketches would have kept.

    What the shingles are is counted when first asked for: most pairs share too little.
    """

    one: int
    other: int
    shared: int
    _sketches: tuple[bytes, bytes] = field(repr=False)
    _values: tuple[Values, Values] = field(repr=False, compare=False)
    _sorted: Values = field(repr=False, compare=False)  # those of both
    _twice: Marks = field(repr=False, compare=False)  # which are as the one after it

    @property
    def differing(self) -> int:
        """How many shingles are found in one only."""
        return self.one + self.other - 2 * self.shared

    @property
    def smaller(self) -> int:
        """How many shingles the smaller text has."""
        return min(self.one, self.other)

    @property
    def larger(self) -> int:
        """How many shingles the larger text has."""
        return max(self.one, self.other)

    @property
    def jaccard(self) -> float:
        """Shared shingles over all of both, 0..1."""
        return self.shared / max(1, self.one + self.other - self.shared)

    @property
    def one_in_other(self) -> float:
        """Share of one's shingles found in the other, 0..1."""
        return self.shared / max(1, self.one)

    @property
    def other_in_one(self) -> float:
        """Share of the other's shingles found in one, 0..1."""
        return self.shared / max(1, self.other)

    # --- where --------------------------------------------------------------------------------

    @property
    def halves(self) -> tuple[int, int]:
        """How many of the smaller text stand in its first half, and how many in its second.

        Not as many in each where boilerplate was left out: halves are of the text as printed.
        """
        size, front = min((len(one), _how_many(one & FRONT)) for one in self._values)
        return front, size - front

    @property
    def front(self) -> int:
        """How many of those shared stand in the first half of one text or the other."""
        here, there = self._in_both
        return _how_many((here | there) & FRONT)

    @property
    def back(self) -> int:
        """How many of those shared stand in the second half of one text or the other."""
        here, there = self._in_both
        return self.shared - _how_many(here & there & FRONT)

    @cached_property
    def runs(self) -> float:
        """How many runs of words the two share that go on differently, estimated.

        A run ends where what follows in one text is not what follows in the other, which four
        bits tell in fifteen of sixteen cases.
        """
        here, there = self._in_both
        return _how_many((here ^ there) & NEXT) / _TOLD_APART

    def woven(self, step: int) -> tuple[float, float]:
        """Return the share of either text's words that stand in shared runs or close to them.

        It is more than 1 where runs are so short that what each counts for overlaps the next.

        Args:
            step: What a run counts for besides its shingles: its last two words, and those that
                may have been changed before the next.
        """
        words = self.shared + 2 + step * self.runs
        return words / (self.one + 2), words / (self.other + 2)

    # --- numbers and names ----------------------------------------------------------------------

    @cached_property
    def changed_numbers(self) -> float:
        """Share of its numbers and dates that either text has and the other has not: the lesser."""
        return self._changed(names=False)

    @property
    def changed_names(self) -> float:
        """The same of its names by how they begin; 0 where a text is too long to tell them."""
        return self._changed(names=True)

    def _changed(self, *, names: bool) -> float:
        one, other = ({t for t in told if is_name(t) is names} for told in self._tells)
        return min(len(one - other) / max(1, len(one)), len(other - one) / max(1, len(other)))

    @cached_property
    def common_numbers(self) -> int:
        """How many numbers and dates both texts have."""
        one, other = self._tells
        return sum(not is_name(tell) for tell in one & other)

    @property
    def gave_way(self) -> bool:
        """Whether each tells numbers or names that the other does not."""
        one, other = self._tells
        return not (one <= other or other <= one)

    @cached_property
    def telling(self) -> tuple[int, int]:
        """How many of those found in one only, and in the other only, hold a number or a date.

        Or a name, in a short text.
        """
        here, there = self._in_both
        in_both = np.concatenate((here, there))
        whose = (in_both & OTHER).astype(bool)
        one, other = self._values
        return (
            _how_many(one & TELLING) - _how_many(in_both[~whose] & TELLING),
            _how_many(other & TELLING) - _how_many(in_both[whose] & TELLING),
        )

    @cached_property
    def _tells(self) -> tuple[Told, Told]:
        """What either tells as far as both do, in sets: NumPy takes ten times as long for a few."""
        one, other = (unpack_tells(sketch).tolist() for sketch in self._sketches)
        reach = min((told[-1] for told in (one, other) if len(told) == MOST_TELLS), default=_ALL)
        return {t for t in one if t <= reach}, {t for t in other if t <= reach}

    @cached_property
    def _in_both(self) -> tuple[Values, Values]:
        return self._sorted[:-1][self._twice], self._sorted[1:][self._twice]


def overlap(one: bytes, one_shingles: int, other: bytes, other_shingles: int) -> Overlap:
    """Return what two sketches say of their texts' common shingles.

    Exact but for chance collisions when both are whole; otherwise both are cut to the range
    that the shorter one covers, where each is a fair sample of its text.
    """
    mine, theirs = unpack(one), unpack(other)
    reach = min(_reach(mine, one_shingles), _reach(theirs, other_shingles))
    if reach < _ALL:
        mine, theirs = _up_to(reach, mine), _up_to(reach, theirs)
    values = np.concatenate((mine, theirs | OTHER))
    values.sort()
    twice = values[1:] ^ values[:-1] <= ANY
    return Overlap(
        one=len(mine),
        other=len(theirs),
        shared=int(np.count_nonzero(twice)),
        _sketches=(one, other),
        _values=(mine, theirs),
        _sorted=values,
        _twice=twice,
    )


def _up_to(reach: int, values: Values) -> Values:
    return values[: np.searchsorted(values, reach, "right")]


def _reach(values: Values, shingles: int) -> int:
    whole = len(values) >= shingles
    return _ALL if whole else int(values[-1])


def _how_many(values: Values | Marks) -> int:
    return int(np.count_nonzero(values))
