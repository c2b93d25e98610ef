"""The shingles of a text in two bytes each, nearly always all of them, and what it counts.

Source: docs/decisions/0061-sketch.md; docs/decisions/0206-news-stands-first.md
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.uint32]

_HASH_BITS = 20  # two texts of 1,000 shingles share one by chance
_FLAGS = np.uint32(3)  # bits below the hash:
_NUMBER = np.uint32(4)  # whether the shingle holds a number, a date or, in short texts, a name,
_FRONT = np.uint32(2)  # whether it begins in the first half of its text,
_OTHER = np.uint32(1)  # and, while two texts are compared, whose it is; not kept
_ANY = np.uint32(7)
_UNKEPT = np.uint32(1)
_LOW_BITS = 16
_HEADS = 1 << (_HASH_BITS + 2 - _LOW_BITS)
_COUNTS_BYTES = 8
_ALL = (1 << 32) - 1
_HEADER_BYTES = _COUNTS_BYTES + 2 * _HEADS


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts share, counted over the shingles that both sketches would have kept."""

    one: int
    other: int
    shared: int
    front: int  # of those shared: how many stand in the first half of one text or the other
    one_numbers: int  # of those found in one only: how many hold a number or a date
    other_numbers: int
    same_counts: bool  # the same numbers and dates in the same order

    @property
    def differing(self) -> int:
        """How many shingles are found in one only."""
        return self.one + self.other - 2 * self.shared

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


def values_of(hashes: Values, numbers: NDArray[np.bool_]) -> Values:
    """Return the sketch values of a text's distinct shingles, `uint32`, ascending.

    Args:
        hashes: One hash for each shingle, `uint32`, in text order.
        numbers: Whether each shingle holds a number or a date.
    """
    values = (shortened(hashes) << _FLAGS) | (numbers * _NUMBER)
    values[: (len(values) + 1) // 2] |= _FRONT
    values.sort()
    last = np.append(values[1:] ^ values[:-1] > _ANY, True)[: len(values)]
    distinct: Values = values[last]
    return distinct


def shortened(hashes: Values) -> Values:
    """Return the 20 bits of each shingle's hash that a sketch keeps."""
    return hashes >> np.uint32(32 - _HASH_BITS)


def pack(values: Values, counts: bytes) -> bytes:
    """Return ascending sketch values as bytes: how many have each head, then the low halves.

    Elias-Fano coding with byte borders: 128 bytes and two for each value.

    Args:
        values: As `values_of` gives them.
        counts: Eight bytes that stand for the numbers and dates in the text.
    """
    values = values >> _UNKEPT
    heads = np.bincount(values >> np.uint32(_LOW_BITS), minlength=_HEADS)
    return counts + heads.astype("<u2").tobytes() + values.astype("<u2").tobytes()


def repack(sketch: bytes, values: Values) -> bytes:
    """Return a sketch of other values with the counts it had."""
    return pack(values, sketch[:_COUNTS_BYTES])


@lru_cache(maxsize=1024)
def unpack(sketch: bytes) -> Values:
    """Return the sketch values of `pack`, `uint32`, ascending."""
    heads = np.frombuffer(sketch[_COUNTS_BYTES:_HEADER_BYTES], "<u2")
    lows = np.frombuffer(sketch[_HEADER_BYTES:], "<u2").astype(np.uint32)
    highs = np.repeat(np.arange(_HEADS, dtype=np.uint32), heads)
    return (lows | (highs << np.uint32(_LOW_BITS))) << _UNKEPT


def hashes_of(values: Values) -> Values:
    """Return the 20-bit hashes in sketch values, whatever holds of the shingles."""
    return values >> _FLAGS


def overlap(one: bytes, one_shingles: int, other: bytes, other_shingles: int) -> Overlap:
    """Return what two sketches say of their texts' common shingles.

    Exact but for chance collisions when both are whole; otherwise both are cut to the range
    that the shorter one covers, where each is a fair sample of its text.
    """
    mine, theirs = unpack(one), unpack(other)
    reach = min(_reach(mine, one_shingles), _reach(theirs, other_shingles))
    numbers = _numbers(one), _numbers(other)
    if reach < _ALL:
        mine = mine[: np.searchsorted(mine, reach, "right")]
        theirs = theirs[: np.searchsorted(theirs, reach, "right")]
        numbers = _how_many(mine & _NUMBER), _how_many(theirs & _NUMBER)
    values = np.concatenate((mine, theirs | _OTHER))
    values.sort()
    twice = values[1:] ^ values[:-1] <= _ANY
    here, there = values[:-1][twice], values[1:][twice]
    in_both = np.concatenate((here, there)) & (_NUMBER | _OTHER)
    return Overlap(
        one=len(mine),
        other=len(theirs),
        shared=len(here),
        front=_how_many((here | there) & _FRONT),
        one_numbers=numbers[0] - _how_many(in_both == _NUMBER),
        other_numbers=numbers[1] - _how_many(in_both == _NUMBER | _OTHER),
        same_counts=one[:_COUNTS_BYTES] == other[:_COUNTS_BYTES],
    )


def _reach(values: Values, shingles: int) -> int:
    whole = len(values) >= shingles
    return _ALL if whole else int(values[-1])


@lru_cache(maxsize=1024)
def _numbers(sketch: bytes) -> int:
    return _how_many(unpack(sketch) & _NUMBER)


def _how_many(values: NDArray[np.uint32] | NDArray[np.bool_]) -> int:
    return int(np.count_nonzero(values))
