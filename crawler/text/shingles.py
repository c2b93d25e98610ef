"""Runs of words as numbers, the same in every process and release.

Source: docs/decisions/0003-recipe.md
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_BASE = 0xD6E8FEB86659FD93  # odd, bits well spread (Degski's hash)
_MIX = np.uint64(0xBF58476D1CE4E5B9)  # of splitmix64
_HALF = np.uint64(32)
_SPACE = ord(" ")

Numbers = NDArray[np.uint64]


def shingle_hashes(words: Sequence[str], n: int) -> NDArray[np.uint32]:
    """Return one hash for each run of `n` words, in text order, repeats included.

    Shape `uint32[len(words) - n + 1]`; a text of fewer than `n` words is one shingle, no words
    are none. A run's bytes are hashed by a polynomial in 2^64, taken from prefix sums over the
    words, so that none is looked at one by one: five times as fast as CRC-32 for each run.
    Pinned by a golden test, since stored fingerprints depend on every bit.
    """
    if not words:
        return np.empty(0, np.uint32)
    letters = np.frombuffer((" ".join(words) + " ").encode("utf-8", "surrogatepass"), np.uint8)
    rising, falling = _powers(1 << (len(letters) - 1).bit_length())
    ends = (letters == _SPACE).nonzero()[0]
    starts = np.concatenate(([0], ends[:-1] + 1))
    weighed = letters * rising[: len(letters)]
    sums = np.add.reduceat(weighed, starts).cumsum()  # of each word with its space, and all before
    last = min(n, len(words)) - 1
    runs = sums[last:] - weighed[ends[last:]]
    runs[1:] -= sums[: len(runs) - 1]
    runs *= falling[starts[: len(runs)]]
    return _upper_half(runs)


@lru_cache(maxsize=8)
def _powers(size: int) -> tuple[Numbers, Numbers]:
    """Return the powers of the base from the first on, and those of its inverse from none on."""
    rising = np.cumprod(np.full(size, _BASE, np.uint64), dtype=np.uint64)
    inverse = np.full(size, pow(_BASE, -1, 1 << 64), np.uint64)
    inverse[0] = 1
    return rising, np.cumprod(inverse, dtype=np.uint64)


def _upper_half(values: Numbers) -> NDArray[np.uint32]:
    """Return the better half of each value, mixed so that every bit counts."""
    values = values ^ (values >> _HALF)
    values *= _MIX
    values ^= values >> _HALF
    values *= _MIX
    return (values >> _HALF).astype(np.uint32)
