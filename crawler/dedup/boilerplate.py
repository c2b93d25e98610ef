"""What an outlet prints under one story after another, learned as it goes, in bounded memory.

Source: docs/decisions/0065-boilerplate.md
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crawler.dedup.fingerprint import samples
from crawler.dedup.sketch import Values, hashes_of, repack, shortened, unpack
from crawler.model import Fingerprint, LookAlike, OutletId, Tie

_WIDTH = 1 << 15
_ROWS = np.array([[0x9E3779B1], [0x85EBCA77]], np.uint32)  # odd multipliers: xxHash's primes
_SHIFT = np.uint32(32 - 15)
_HALVED_AT = 128  # texts: an outlet's last two hundred or so are what counts
_MATTERS = 0.12  # of a text, before it is cleared: less cannot make it anyone's copy or link
_COMMON = 5  # texts lately that hold a shingle make it common, at least,
_SHARE = 1 / 12  # and this share of those counted: rolling news repeats itself in a few

Counts = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Boilerplate:
    """How many stories of one outlet held each shingle lately: a count-min sketch that forgets.

    64 kB whatever the outlet prints. Counts are never too low; 0.3 % of the shingles that stand
    in one story only are taken for common, for which others collide with.
    """

    counts: Counts  # uint8[2, 32768]; none is above `texts`
    texts: int = 0  # counted, halved with the counts: below 128

    @classmethod
    def blank(cls) -> Self:
        """Return what is known of a new outlet: nothing."""
        return cls(np.zeros((len(_ROWS), _WIDTH), np.uint8))

    @classmethod
    def from_bytes(cls, packed: bytes) -> Self:
        """Return what `to_bytes` packed."""
        counts = np.frombuffer(packed, np.uint8, offset=1).reshape(len(_ROWS), _WIDTH)
        return cls(counts, packed[0])

    def to_bytes(self) -> bytes:
        """Return the counts as bytes; mostly small numbers, so they compress well."""
        return bytes([self.texts]) + self.counts.tobytes()

    def with_text(self, fingerprint: Fingerprint) -> Self:
        """Return what is known after one text more.

        Only for a text that began a story: copies and revisions of one text are not boilerplate.
        """
        places = _places(hashes_of(unpack(fingerprint.sketch)))
        counts, texts = self.counts.copy(), self.texts
        if texts + 1 == _HALVED_AT:
            counts, texts = counts // 2, texts // 2
        raised = _counted(counts, places) + np.uint8(1)
        for row, place in zip(counts, places, strict=True):
            np.maximum.at(row, place, raised)
        return replace(self, counts=counts, texts=texts + 1)

    def common(self, values: Values) -> NDArray[np.bool_]:
        """Return which sketch values are boilerplate."""
        return self._are_common(hashes_of(values))

    def cleared(self, fingerprint: Fingerprint) -> Fingerprint:
        """Return the fingerprint without the outlet's boilerplate where that is much of the text.

        What every story shares a little of cannot make a copy, and clearing it would only let
        verdicts depend on how much had been learned.
        """
        values = unpack(fingerprint.sketch)
        kept = values[~self.common(values)]
        if not len(values) or len(kept) > (1 - _MATTERS) * len(values):
            return fingerprint
        whole = len(values) == fingerprint.shingles or not len(kept)
        scaled = fingerprint.shingles * len(kept) // len(values)
        shingles = len(kept) if whole else max(len(kept) + 1, scaled)
        return replace(fingerprint, sketch=repack(fingerprint.sketch, kept), shingles=shingles)

    def well_sampled(self, fingerprint: Fingerprint) -> Fingerprint:
        """Return the fingerprint with no boilerplate among what nominates look-alikes.

        Samples of it would take the places of others, and lead to every text of the outlet.
        """
        sampled = samples(fingerprint)
        kept = sampled[~self._are_common(shortened(sampled[:, 1].astype(np.uint32)))]
        return replace(fingerprint, samples=kept.tobytes())

    def _are_common(self, hashes: Values) -> NDArray[np.bool_]:
        enough = max(_COMMON, self.texts * _SHARE)
        mask: NDArray[np.bool_] = _counted(self.counts, _places(hashes)) >= enough
        return mask


Learned = Mapping[OutletId, Boilerplate]


def cleared(article: LookAlike, learned: Learned) -> LookAlike:
    """Return the article as it is compared: without what its outlet prints everywhere."""
    known = learned.get(article.outlet)
    fingerprint = known.cleared(article.fingerprint) if known else article.fingerprint
    same = fingerprint is article.fingerprint
    return article if same else replace(article, fingerprint=fingerprint)


def told_apart(whole: Tie, bare: Tie, *, at_home: bool) -> Tie:
    """Return which verdict on two articles stands: as printed, or without their boilerplate.

    Within one outlet what it prints everywhere joins nobody. Of two outlets it may only hinder:
    a copy is found under its standing tail, and none is lost by what is learned later. So what is
    learned, and when, hardly matters to stories of several outlets.
    """
    return bare if at_home or (bare.relation.joins and not whole.relation.joins) else whole


def _places(hashes: Values) -> NDArray[np.uint32]:
    """Return where each 18-bit hash is counted, one row for each row of counts."""
    return (hashes * _ROWS) >> _SHIFT


def _counted(counts: Counts, places: NDArray[np.uint32]) -> Counts:
    first, second = (row[place] for row, place in zip(counts, places, strict=True))
    smaller: Counts = np.minimum(first, second)
    return smaller
