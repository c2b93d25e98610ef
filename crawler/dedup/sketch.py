"""The shingles of a text in two bytes each, nearly always all of them, and what it counts.

Source: docs/decisions/0061-sketch.md; docs/decisions/0206-news-stands-first.md
"""

from collections.abc import Iterable
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.uint32]
Tells = NDArray[np.uint16]
Marks = NDArray[np.bool_]

HASH_BITS = 18  # two texts of 1,000 shingles share four by chance
NEXT = np.uint32(24)  # bits below the hash: two of the hash of the shingle that follows,
TELLING = np.uint32(4)  # whether the shingle holds a number, a date or, in a short text, a name,
FRONT = np.uint32(2)  # whether it begins in the first half of its text,
OTHER = np.uint32(1)  # and, while two texts are compared, whose it is: not kept
FLAGS = np.uint32(5)
ANY = np.uint32(31)
_NEXT_AT = np.uint32(3)
_UNKEPT = np.uint32(1)
_LOW_BITS = 16
_HEADS = 1 << (HASH_BITS + 4 - _LOW_BITS)
MOST_TELLS = 64  # the smallest; what two texts tell is compared as far as both do
_IS_NAME = 1


def values_of(hashes: Values, telling: Marks) -> Values:
    """Return the sketch values of a text's distinct shingles, `uint32`, ascending.

    Args:
        hashes: One hash for each shingle, `uint32`, in text order.
        telling: Whether each holds a number, a date or, in a short text, a name.
    """
    values = (shortened(hashes) << FLAGS) | (telling * TELLING)
    values[:-1] |= (hashes[1:] << _NEXT_AT) & NEXT
    values[: (len(values) + 1) // 2] |= FRONT
    values.sort()
    last = np.append(values[1:] ^ values[:-1] > ANY, True)[: len(values)]
    distinct: Values = values[last]
    return distinct


def tells_of(numbers: Iterable[str], names: Iterable[str]) -> Tells:
    """Return what stands for the numbers and names of a text, `uint16`, ascending, 64 at most."""
    told = {crc32(one.encode("utf-8", "surrogatepass")) & 0xFFFE for one in numbers}
    told |= {crc32(one.encode("utf-8", "surrogatepass")) & 0xFFFE | _IS_NAME for one in names}
    return np.array(sorted(told)[:MOST_TELLS], np.uint16)


def are_names(tells: Tells) -> Marks:
    """Return which of these stand for names, not for numbers."""
    return (tells & _IS_NAME).astype(bool)


def shortened(hashes: Values) -> Values:
    """Return the 18 bits of each shingle's hash that a sketch keeps."""
    return hashes >> np.uint32(32 - HASH_BITS)


def hashes_of(values: Values) -> Values:
    """Return the 18-bit hashes in sketch values, whatever holds of the shingles."""
    return values >> FLAGS


def pack(values: Values, tells: Tells) -> bytes:
    """Return a sketch: two bytes for each number and name told, and two for each shingle.

    Ascending values are coded as Elias and Fano do, with byte borders: how many have each head,
    then the low halves. That takes 66 bytes besides; 130 where more than 255 values have one
    head, as happens in texts of which not all are kept.

    Args:
        values: As `values_of` gives them.
        tells: As `tells_of` gives them.
    """
    kept = values >> _UNKEPT
    heads = np.bincount(kept >> np.uint32(_LOW_BITS), minlength=_HEADS)
    width = 2 if heads.max() > 0xFF else 1  # noqa: PLR2004
    coded = heads.astype(f"<u{width}").tobytes() + kept.astype("<u2").tobytes()
    return bytes([len(tells), width]) + tells.astype("<u2").tobytes() + coded


def repack(sketch: bytes, values: Values) -> bytes:
    """Return a sketch of other values that tells the same numbers and names."""
    return pack(values, unpack_tells(sketch))


def unpack_tells(sketch: bytes) -> Tells:
    """Return what a sketch tells of numbers and names, `uint16`, ascending."""
    return np.frombuffer(sketch, "<u2", sketch[0], 2)


@lru_cache(maxsize=1024)
def unpack(sketch: bytes) -> Values:
    """Return the sketch values of `pack`, `uint32`, ascending."""
    at, width = 2 + 2 * sketch[0], sketch[1]
    heads = np.frombuffer(sketch, f"<u{width}", _HEADS, at)
    lows = np.frombuffer(sketch[at + width * _HEADS :], "<u2").astype(np.uint32)
    highs = np.repeat(np.arange(_HEADS, dtype=np.uint32), heads)
    return (lows | (highs << np.uint32(_LOW_BITS))) << _UNKEPT
