"""What a window of time holds, counted: by place, section, language, country, hour."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce

import numpy as np

from crawler.model import StoryId
from crawler.serve.narrowing import Condition, Control, Outlets, controlled, origins
from crawler.serve.page.filters import Filters, conditions_of
from crawler.serve.page.speech import ZONE
from crawler.store.search.index import SearchIndex
from crawler.store.search.listings import Listings, Mask
from crawler.store.search.query import Wanted

BARS = {"24h": 24, "3d": 36, "7d": 28, "30d": 30, "90d": 90}  # of the timeline, by window
STRETCHES = {"24h": 12, "3d": 12, "7d": 14, "30d": 15, "90d": 15}  # of a place's course
WIDE_ENOUGH = 2  # outlets of a story that spreads
CANDIDATES = 60  # stories looked at for the fastest

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Survey:
    """The stories of a window; each group is counted under all filters but its own."""

    total: int
    outlets: int
    languages: Counts
    origins: Counts  # by the country of outlets
    controls: Counts
    borders: Counts
    places: Counts
    courses: Mapping[str, Sequence[int]]  # of those sections and places, by stretch of time
    bounds: Sequence[datetime]  # of the timeline's bars, one more than there are bars
    bars: Sequence[int]
    widest: Sequence[StoryId]  # those that most outlets carry, most first


def survey(index: SearchIndex, asked: Filters, outlets: Outlets, now: datetime) -> Survey:
    """Return what the asked window holds."""
    since, until = asked.span(now)
    listings = index.listings(since=since, until=until)
    base = _having_words(index, listings, asked, since) if asked.q else listings.every()
    masks = _Masks(listings, base, conditions_of(asked, outlets))
    everything, bounds = masks.but(""), bounds_of(asked, now)
    counts = listings.counts(everything)
    borders = _of_kind(listings.counts(masks.but("border")), "border")
    places = _of_kind(listings.counts(masks.but("place")), "place")
    stretches = bounds[:: BARS[asked.window] // STRETCHES[asked.window]]
    return Survey(
        total=int(everything.sum()),
        outlets=len(_of_kind(counts, "outlet")),
        languages=_of_kind(listings.counts(masks.but("language")), "language"),
        origins=listings.grouped(masks.but("origin"), origins(outlets)),
        controls=_controls(listings, masks.but("control"), controlled(outlets)),
        borders=borders,
        places=places,
        courses={
            **_courses(listings, masks.but("border"), "border", borders, stretches),
            **_courses(listings, masks.but("place"), "place", places, stretches),
        },
        bounds=bounds,
        bars=listings.histogram(everything, bounds),
        widest=index.ids(_widest(listings, everything)),
    )


class _Masks:
    """Which stories meet the conditions; each is looked up once."""

    def __init__(self, listings: Listings, base: Mask, conditions: Mapping[str, Condition]) -> None:
        self._base = base
        self._met = {group: _met(listings, one) for group, one in conditions.items()}

    def but(self, left_out: str) -> Mask:
        """Return the stories that meet every condition but one."""
        met = [mask for group, mask in self._met.items() if group != left_out]
        return reduce(np.logical_and, met, self._base)


def bounds_of(asked: Filters, now: datetime) -> list[datetime]:
    """Return the bounds of the timeline's bars; they end on a full hour, or at midnight in Kyiv."""
    count = BARS[asked.window]
    width = asked.window.length / count
    end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if width >= timedelta(days=1):
        local = end.astimezone(ZONE).replace(hour=0) + timedelta(days=1)
        end = local.astimezone(now.tzinfo)
    return [end - width * n for n in range(count, -1, -1)]


def _having_words(index: SearchIndex, listings: Listings, asked: Filters, since: datetime) -> Mask:
    """Tell which stories have the words that are searched for."""
    return listings.among(index.rows(Wanted(terms=asked.terms, since=since)))


def _met(listings: Listings, condition: Condition) -> Mask:
    having = listings.having(condition.some)
    return ~having if condition.inverted else having


def _courses(
    listings: Listings, stories: Mask, kind: str, names: Iterable[str], bounds: Sequence[datetime]
) -> Mapping[str, Sequence[int]]:
    """Return how many stories each name of a kind has from one bound to the next."""
    found = listings.histograms(stories, [f"{kind}:{name}" for name in names], bounds)
    return {facet.removeprefix(f"{kind}:"): counts for facet, counts in found.items()}


def _of_kind(counts: Counts, kind: str) -> Counts:
    return dict(_named(counts, f"{kind}:"))


def _named(counts: Counts, prefix: str) -> Iterator[tuple[str, int]]:
    """Yield what is counted under names that begin so, without that beginning, most first."""
    for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])):
        if name.startswith(prefix):
            yield name.removeprefix(prefix), count


def _controls(listings: Listings, stories: Mask, facets: frozenset[str]) -> Counts:
    state = int((listings.having(facets) & stories).sum())
    return {Control.STATE: state, Control.OTHERS: int(stories.sum()) - state}


def _widest(listings: Listings, stories: Mask) -> list[int]:
    """Return the rows of the stories that most outlets carry; of equals the newest."""
    facets = [name for name in listings.names if name.startswith("outlet:")]
    breadth = np.where(stories, listings.breadth(facets), 0)
    order = np.lexsort((listings.rows, breadth))[::-1][:CANDIDATES]
    return [int(listings.rows[at]) for at in order if breadth[at] >= WIDE_ENOUGH]
