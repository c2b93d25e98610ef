"""The shingles of a text in two bytes each, nearly always all of them, and what it counts.

Source: docs/decisions/0061-sketch.md; docs/decisions/0206-news-stands-first.md
"""

from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.uint32]
Marks = NDArray[np.bool_]

_HASH_BITS = 19  # two texts of 1,000 shingles share two by chance
_FLAGS = np.uint32(4)  # bits below the hash:
_NUMBER = np.uint32(8)  # whether the shingle holds a number or a date,
_NAME = np.uint32(4)  # whether it holds a name (told of short texts only),
_FRONT = np.uint32(2)  # whether it begins in the first half of its text,
_OTHER = np.uint32(1)  # and, while two texts are compared, whose it is: not kept
_ANY = np.uint32(15)
_UNKEPT = np.uint32(1)
_LOW_BITS = 16
_HEADS = 1 << (_HASH_BITS + 3 - _LOW_BITS)
_COUNTS_BYTES = 12  # four over the numbers, eight for what is told
_DIGEST_BYTES = 4
_ALL = (1 << 32) - 1
_HEADER_BYTES = _COUNTS_BYTES + 1  # how wide a head is told


@dataclass(frozen=True)
class Overlap:
    """What two texts share, counted over the shingles that both sketches would have kept.

    What the shingles are is counted when first asked for: most pairs share too little.
    """

    one: int
    other: int
    shared: int
    _counts: tuple[bytes, bytes] = field(repr=False)
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

    @property
    def same_numbers(self) -> bool:
        """Whether both hold the same numbers and dates, in whatever order."""
        one, other = self._counts
        return one[:_DIGEST_BYTES] == other[:_DIGEST_BYTES]

    @property
    def gave_way(self) -> bool:
        """Whether each holds numbers or names that the other does not; told of short texts."""
        one, other = (int.from_bytes(counts[_DIGEST_BYTES:], "little") for counts in self._counts)
        return bool(one & ~other and other & ~one)

    @property
    def halves(self) -> tuple[int, int]:
        """How many of the smaller text stand in its first half, and how many in its second.

        Not as many in each where boilerplate was left out: halves are of the text as printed.
        """
        size, front = min((len(one), _how_many(one & _FRONT)) for one in self._values)
        return front, size - front

    @property
    def front(self) -> int:
        """How many of those shared stand in the first half of one text or the other."""
        here, there = self._in_both
        return _how_many((here | there) & _FRONT)

    @property
    def back(self) -> int:
        """How many of those shared stand in the second half of one text or the other."""
        here, there = self._in_both
        return self.shared - _how_many(here & there & _FRONT)

    @cached_property
    def numbers(self) -> tuple[int, int]:
        """How many of those found in one only, and in the other only, hold a number or a date."""
        return self._alone(_NUMBER)

    @cached_property
    def telling(self) -> tuple[int, int]:
        """How many hold a number, a date or, in a short text, a name."""
        return self._alone(_NUMBER | _NAME)

    @cached_property
    def _in_both(self) -> tuple[Values, Values]:
        return self._sorted[:-1][self._twice], self._sorted[1:][self._twice]

    def _alone(self, mark: np.uint32) -> tuple[int, int]:
        """Return how many shingles of each text alone bear one of these marks."""
        in_both = np.concatenate(self._in_both)
        whose = (in_both & _OTHER).astype(bool)
        one, other = self._values
        return (
            _how_many(one & mark) - _how_many(in_both[~whose] & mark),
            _how_many(other & mark) - _how_many(in_both[whose] & mark),
        )


def values_of(hashes: Values, numbers: Marks, names: Marks | None = None) -> Values:
    """Return the sketch values of a text's distinct shingles, `uint32`, ascending.

    Args:
        hashes: One hash for each shingle, `uint32`, in text order.
        numbers: Whether each shingle holds a number or a date.
        names: Whether it holds a name; None where that is not told.
    """
    values = (shortened(hashes) << _FLAGS) | (numbers * _NUMBER)
    if names is not None:
        values |= names * _NAME
    values[: (len(values) + 1) // 2] |= _FRONT
    values.sort()
    last = np.append(values[1:] ^ values[:-1] > _ANY, True)[: len(values)]
    distinct: Values = values[last]
    return distinct


def shortened(hashes: Values) -> Values:
    """Return the 19 bits of each shingle's hash that a sketch keeps."""
    return hashes >> np.uint32(32 - _HASH_BITS)


def pack(values: Values, counts: bytes) -> bytes:
    """Return ascending sketch values as bytes: how many have each head, then the low halves.

    Elias-Fano coding with byte borders: 77 bytes and two for each value; 141 where more than 255
    values have one head, as happens in texts of which not all are kept.

    Args:
        values: As `values_of` gives them.
        counts: Four bytes that stand for the numbers and dates in the text; eight in which each of
            these and each name of a short text has set a bit.
    """
    values = values >> _UNKEPT
    heads = np.bincount(values >> np.uint32(_LOW_BITS), minlength=_HEADS)
    width = 2 if heads.max() > 0xFF else 1  # noqa: PLR2004
    told = heads.astype(f"<u{width}").tobytes()
    return counts + bytes([width]) + told + values.astype("<u2").tobytes()


def repack(sketch: bytes, values: Values) -> bytes:
    """Return a sketch of other values with the counts it had."""
    return pack(values, sketch[:_COUNTS_BYTES])


@lru_cache(maxsize=1024)
def unpack(sketch: bytes) -> Values:
    """Return the sketch values of `pack`, `uint32`, ascending."""
    width = sketch[_COUNTS_BYTES]
    heads = np.frombuffer(sketch, f"<u{width}", _HEADS, _HEADER_BYTES)
    lows = np.frombuffer(sketch[_HEADER_BYTES + width * _HEADS :], "<u2").astype(np.uint32)
    highs = np.repeat(np.arange(_HEADS, dtype=np.uint32), heads)
    return (lows | (highs << np.uint32(_LOW_BITS))) << _UNKEPT


def hashes_of(values: Values) -> Values:
    """Return the 19-bit hashes in sketch values, whatever holds of the shingles."""
    return values >> _FLAGS


def overlap(one: bytes, one_shingles: int, other: bytes, other_shingles: int) -> Overlap:
    """Return what two sketches say of their texts' common shingles.

    Exact but for chance collisions when both are whole; otherwise both are cut to the range
    that the shorter one covers, where each is a fair sample of its text.
    """
    mine, theirs = unpack(one), unpack(other)
    reach = min(_reach(mine, one_shingles), _reach(theirs, other_shingles))
    if reach < _ALL:
        mine, theirs = _up_to(reach, mine), _up_to(reach, theirs)
    values = np.concatenate((mine, theirs | _OTHER))
    values.sort()
    twice = values[1:] ^ values[:-1] <= _ANY
    return Overlap(
        one=len(mine),
        other=len(theirs),
        shared=int(np.count_nonzero(twice)),
        _counts=(one[:_COUNTS_BYTES], other[:_COUNTS_BYTES]),
        _values=(mine, theirs),
        _sorted=values,
        _twice=twice,
    )


def _up_to(reach: int, values: Values) -> Values:
    return values[: np.searchsorted(values, reach, "right")]


def _reach(values: Values, shingles: int) -> int:
    whole = len(values) >= shingles
    return _ALL if whole else int(values[-1])


def _how_many(values: Values) -> int:
    return int(np.count_nonzero(values))
