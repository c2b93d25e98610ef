"""Under which keys articles find each other, as both stores index them.

Source: docs/decisions/0072-nomination.md
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from math import ceil, log2, sqrt

import numpy as np

from crawler.dedup.fingerprint import bands, exact_key, posting_share, postings
from crawler.model import Fingerprint, Recipe

HOT = 16  # articles one key holds, the newest
STRONG = 4  # what sharing a key weighs: a band or the exact text,
RARE = 2  # a posting that fewer than `HOT` articles share,
COMMON = 1  # any other posting
LEAST = 4  # look-alikes share one strong key, two rare or four common ones
NOMINATED = 24  # look-alikes shown to a decision, those that share most first
LOADED = 200  # articles shown, with all that hangs together with the nominated ones
FILL = 24  # entries of an index bucket on average, in the server's store
BUCKETS = 64  # of an empty segment of the index; a power of two

_MATTERS = 0.45  # of the smaller text, found in the other: 0191 says what is missed below it
_SURE = 2  # standard deviations by which chance may thin out the shared postings
_STEPS = 4  # sizes told apart between a text and one twice as long
_SIZES = 80  # steps; a million shingles


@dataclass(frozen=True, slots=True)
class IndexKeys:
    """The keys of one fingerprint, eight bytes each, evenly spread."""

    strong: tuple[bytes, ...]  # sharing one is enough to be looked at
    weak: tuple[bytes, ...]  # of these it takes several,
    size: int = 0  # the text's length in steps
    needed: bytes = bytes(_SIZES)  # as many as this, by the other text's size


Nominate = Callable[[Fingerprint, Recipe], IndexKeys]


def index_keys(fingerprint: Fingerprint, recipe: Recipe) -> IndexKeys:
    """Return bands and exact text as strong keys, sampled shingles as weak ones."""
    strong = (exact_key(fingerprint)[:8], *bands(fingerprint, recipe))
    spread = np.array(postings(fingerprint, recipe), np.uint64) * _SPREAD
    packed = spread.astype(">u8").tobytes()
    weak = tuple(packed[at : at + 8] for at in range(0, len(packed), 8))
    size = min(round(_STEPS * log2(max(1, fingerprint.shingles))), _SIZES - 1)
    return IndexKeys(strong, weak, size, _needed(size, recipe))


@cache
def _needed(size: int, recipe: Recipe) -> bytes:
    """Return how many postings a text of this size must share with one of each size.

    As many as two texts would that have `_MATTERS` in common, but for the worst of luck. The
    same from either side, so that it does not matter which comes first.
    """
    return bytes(_fewest(2 ** (size / _STEPS), 2 ** (n / _STEPS), recipe) for n in range(_SIZES))


def _fewest(one: float, other: float, recipe: Recipe) -> int:
    share = min(posting_share(one, recipe), posting_share(other, recipe))
    expected = _MATTERS * min(one, other) * share
    return max(0, ceil(expected - _SURE * sqrt(expected)))


_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio: postings are small numbers
