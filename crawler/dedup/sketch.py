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
NEXT = np.uint32(120)  # bits below the hash: four of the hash of the shingle that follows,
TELLING = np.uint32(4)  # whether the shingle holds a number, a date or, in a short text, a name,
FRONT = np.uint32(2)  # whether it begins in the first half of its text,
OTHER = np.uint32(1)  # and, while two texts are compared, whose it is: not kept
FLAGS = np.uint32(7)
ANY = np.uint32(127)
_NEXT_AT = np.uint32(3)
_UNKEPT = np.uint32(1)
_LOW = 15  # bits of a kept value
_HEADS = 1 << (HASH_BITS + 6 - _LOW)
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


def is_name(tell: int) -> bool:
    """Whether this stands for a name, not for a number."""
    return bool(tell & _IS_NAME)


def shortened(hashes: Values) -> Values:
    """Return the 18 bits of each shingle's hash that a sketch keeps."""
    return hashes >> np.uint32(32 - HASH_BITS)


def hashes_of(values: Values) -> Values:
    """Return the 18-bit hashes in sketch values, whatever holds of the shingles."""
    return values >> FLAGS


def pack(values: Values, tells: Tells) -> bytes:
    """Return a sketch: two bytes for each number and name told, and two for each shingle.

    Ascending values are coded as Elias and Fano do, in 16 bits each and 512 more: a one for each
    behind as many zeros as there are heads below its own, then the low bits.

    Args:
        values: As `values_of` gives them.
        tells: As `tells_of` gives them.

    Source: Fano, On the number of bits required to implement an associative memory, MIT, 1971
    """
    kept = values >> _UNKEPT
    heads = np.zeros(len(kept) + _HEADS, bool)
    heads[(kept >> np.uint32(_LOW)) + np.arange(len(kept))] = True
    lows = np.unpackbits(kept.astype(">u2").view(np.uint8)).reshape(-1, 16)[:, -_LOW:]
    coded = np.packbits(np.concatenate((heads, lows.ravel())))
    return bytes([len(tells)]) + tells.astype("<u2").tobytes() + coded.tobytes()


def repack(sketch: bytes, values: Values) -> bytes:
    """Return a sketch of other values that tells the same numbers and names."""
    return pack(values, unpack_tells(sketch))


def unpack_tells(sketch: bytes) -> Tells:
    """Return what a sketch tells of numbers and names, `uint16`, ascending."""
    return np.frombuffer(sketch, "<u2", sketch[0], 1)


@lru_cache(maxsize=1024)
def unpack(sketch: bytes) -> Values:
    """Return the sketch values of `pack`, `uint32`, ascending."""
    bits = np.unpackbits(np.frombuffer(sketch, np.uint8, offset=1 + 2 * sketch[0]))
    many = (len(bits) - _HEADS) // (1 + _LOW)
    ones = np.flatnonzero(bits[: many + _HEADS].view(bool))
    highs = (ones - np.arange(many)).astype(np.uint32) << np.uint32(_LOW + 1)
    lows = np.zeros((many, 16), np.uint8)
    lows[:, :_LOW] = bits[many + _HEADS :].reshape(many, _LOW)  # the last bit is not kept
    values: Values = highs | np.packbits(lows).view(">u2")
    return values
