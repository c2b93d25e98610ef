"""The facets of many stories as columns, so that hundreds of thousands are counted at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crawler.store.records import millis

HASH_BITS = 20  # of a row's number, beside the instant of creation
Mask = NDArray[np.bool_]  # bool[stories]


@dataclass(frozen=True, slots=True)
class Listings:
    """Stories by creation, and under which names each is listed."""

    rows: NDArray[np.int64]  # int64[stories], ascending
    codes: NDArray[np.uint32]  # uint32[listings]
    owners: NDArray[np.intp]  # intp[listings], a story's position in `rows`
    names: Mapping[str, int]  # facet -> code

    @classmethod
    def of(cls, rows: Sequence[tuple[int, bytes]], names: Mapping[str, int]) -> Self:
        """Return the columns of rows, each a number and its codes as uint32, little-endian."""
        lengths = np.fromiter((len(codes) // 4 for _, codes in rows), np.intp, len(rows))
        return cls(
            rows=np.fromiter((row for row, _ in rows), np.int64, len(rows)),
            codes=np.frombuffer(b"".join(codes for _, codes in rows), "<u4"),
            owners=np.repeat(np.arange(len(rows)), lengths),
            names=names,
        )

    def between(self, first: int, end: int | None) -> Self:
        """Return the stories from a row on, up to another and without it if that is given."""
        start = int(np.searchsorted(self.rows, first))
        stop = len(self.rows) if end is None else int(np.searchsorted(self.rows, end))
        of = slice(*np.searchsorted(self.owners, [start, stop]))
        return replace(
            self,
            rows=self.rows[start:stop],
            codes=self.codes[of],
            owners=self.owners[of] - start,
        )

    def having(self, facets: Iterable[str]) -> Mask:
        """Tell which stories have at least one of these facets."""
        found = np.zeros(len(self.rows), np.bool_)
        found[self.owners[self._listed(facets)]] = True
        return found

    def every(self) -> Mask:
        """Return the mask of all stories."""
        return np.ones(len(self.rows), np.bool_)

    def among(self, rows: Sequence[int]) -> Mask:
        """Tell which stories are in these rows, each given once."""
        wanted = np.fromiter(rows, np.int64, len(rows))
        return np.isin(self.rows, wanted, assume_unique=True)

    def counts(self, stories: Mask) -> Mapping[str, int]:
        """Return in how many of these stories each facet is; facets in none are left out."""
        found = np.bincount(self.codes[stories[self.owners]], minlength=self._most())
        return {name: int(found[code]) for name, code in self.names.items() if found[code]}

    def grouped(self, stories: Mask, groups: Mapping[str, Iterable[str]]) -> Mapping[str, int]:
        """Return in how many of these stories each group of facets is, by at least one of it.

        A facet stands in one group at most; groups in no story are left out.
        """
        numbers = dict(enumerate(groups))
        label = np.full(self._most(), -1, np.int64)
        for number, name in numbers.items():
            label[[self.names[one] for one in groups[name] if one in self.names]] = number
        labels = label[self.codes]
        chosen = (labels >= 0) & stories[self.owners]
        met = np.zeros((len(self.rows), len(numbers)), np.bool_)
        met[self.owners[chosen], labels[chosen]] = True  # np.unique makes it eight times as long
        found = met.sum(axis=0)
        return {name: int(found[number]) for number, name in numbers.items() if found[number]}

    def breadth(self, facets: Iterable[str]) -> NDArray[np.intp]:
        """Return how many of these facets each story has, intp[stories]."""
        return np.bincount(self.owners[self._listed(facets)], minlength=len(self.rows))

    def histogram(self, stories: Mask, bounds: Sequence[datetime]) -> list[int]:
        """Return how many of these stories were created between each bound and the next."""
        found, _ = np.histogram(self.rows[stories] >> HASH_BITS, _edges(bounds))
        return [int(count) for count in found]

    def histograms(
        self, stories: Mask, facets: Iterable[str], bounds: Sequence[datetime]
    ) -> Mapping[str, list[int]]:
        """Return, for each of these facets that some story has, the histogram of those under it."""
        names = [name for name in facets if name in self.names]
        label = np.full(self._most(), -1, np.int64)
        label[[self.names[name] for name in names]] = np.arange(len(names))
        step = np.searchsorted(_edges(bounds), self.rows >> HASH_BITS, "right") - 1
        within = stories & (step >= 0) & (step < len(bounds) - 1)
        labels = label[self.codes]
        chosen = (labels >= 0) & within[self.owners]
        size = len(names), len(bounds) - 1
        cells = labels[chosen] * size[1] + step[self.owners[chosen]]
        found = np.bincount(cells, minlength=size[0] * size[1]).reshape(size)
        return {name: found[number].tolist() for number, name in enumerate(names)}

    def _listed(self, facets: Iterable[str]) -> Mask:
        """Tell which listings are under one of these names, bool[listings]."""
        wanted = [self.names[name] for name in facets if name in self.names]
        chosen = np.zeros(self._most(), np.bool_)
        chosen[wanted] = True
        return chosen[self.codes]

    def _most(self) -> int:
        return max(self.names.values(), default=0) + 1


def _edges(bounds: Sequence[datetime]) -> NDArray[np.int64]:
    """Return bounds in milliseconds, int64[bounds]."""
    return np.array([millis(at) for at in bounds], np.int64)
