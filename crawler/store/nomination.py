"""Under which keys articles find each other, as both stores index them.

Source: docs/decisions/0193-runs-nominate.md
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crawler.dedup.fingerprint import bands, exact_key, postings
from crawler.model import Fingerprint, Recipe

KEY = 5  # bytes of an index key
HOT = 16  # articles one key holds, the newest
TELLING = 4  # what sharing a key weighs: a band, the exact text, a run that fewer than `HOT` share,
COMMON = 1  # a run that many share
LEAST = 4  # what look-alikes share weighs as much
NOMINATED = 24  # look-alikes shown to a decision, those that share most first
LOADED = 200  # articles shown, with all that hangs together with the nominated ones
TIED = 32  # of those tied to an article that leaves, however loosely: the newest

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: postings are small numbers


@dataclass(frozen=True, slots=True)
class IndexKeys:
    """The keys of one fingerprint, `KEY` bytes each, evenly spread."""

    strong: tuple[bytes, ...]  # sharing one is enough to be looked at, however many do
    weak: tuple[bytes, ...]  # sharing one is enough while few do


Nominate = Callable[[Fingerprint, Recipe], IndexKeys]


def index_keys(fingerprint: Fingerprint, recipe: Recipe) -> IndexKeys:
    """Return bands (the exact text where it is too short for them) and sampled runs as keys."""
    strong = bands(fingerprint, recipe) or (exact_key(fingerprint),)
    packed = (postings(fingerprint, recipe) * _SPREAD).astype(">u8").tobytes()
    weak = tuple(packed[at : at + KEY] for at in range(0, len(packed), 8))
    return IndexKeys(tuple(key[:KEY] for key in strong), weak)
