"""Runs of words as numbers, the same in every process and release."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_STEP = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: odd, bits well spread
_MIX = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)  # splitmix64


def shingle_hashes(words: Sequence[str], n: int) -> NDArray[np.uint32]:
    """Return one hash for each run of `n` words, in text order, repeats included.

    Shape `uint32[len(words) - n + 1]`; a text of fewer than `n` words is one shingle, no words
    are none. Words are hashed by CRC-32 and mixed by splitmix64: quick, and pinned by a golden
    test, since stored fingerprints depend on every bit.
    """
    if not words:
        return np.empty(0, np.uint32)
    singles = np.array([crc32(word.encode("utf-8", "surrogatepass")) for word in words], np.uint64)
    count = max(1, len(words) - n + 1)
    run = np.zeros(count, np.uint64)
    for offset in range(min(n, len(words))):
        run = _mixed(run + singles[offset : offset + count] * _STEP + _STEP)
    return (run >> np.uint64(32)).astype(np.uint32)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    values = (values ^ (values >> np.uint64(30))) * _MIX[0]
    values = (values ^ (values >> np.uint64(27))) * _MIX[1]
    return values ^ (values >> np.uint64(31))
