"""Under which keys articles find each other, as both stores index them.

Source: docs/decisions/0072-nomination.md
"""

from collections.abc import Callable
from dataclasses import dataclass

from crawler.dedup.fingerprint import bands, exact_key, postings
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


@dataclass(frozen=True, slots=True)
class IndexKeys:
    """The keys of one fingerprint, eight bytes each, evenly spread."""

    strong: tuple[bytes, ...]  # sharing one is enough to be looked at
    weak: tuple[bytes, ...]  # of these it takes several


Nominate = Callable[[Fingerprint, Recipe], IndexKeys]


def index_keys(fingerprint: Fingerprint, recipe: Recipe) -> IndexKeys:
    """Return bands and exact text as strong keys, sampled shingles as weak ones."""
    strong = (exact_key(fingerprint)[:8], *bands(fingerprint, recipe))
    weak = (posting * _SPREAD & _MASK for posting in postings(fingerprint, recipe))
    return IndexKeys(strong, tuple(spread.to_bytes(8) for spread in weak))


_SPREAD = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio: postings are small numbers
_MASK = (1 << 64) - 1
