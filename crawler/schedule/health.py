"""How a feed does, from what its polls have shown."""

from datetime import datetime, timedelta
from enum import StrEnum

from crawler.model import Fates, FeedState
from crawler.schedule.rhythm import expected_between, expected_gap

DAY = timedelta(days=1)
FAILURES_TO_TELL = 3  # in a row
MISSED_IN_QUIET, MISSED_IN_SILENCE = 2.0, 5.0  # entries that should have come by its rhythm
VAIN_TO_TELL = 5  # bodies in a row that came in spite of validators and held nothing new
SIGHTINGS_TO_TELL = 2
PAGES_TO_TELL = 5  # ended pages of a feed, all alike
_REFUSALS = ("http-401", "http-402", "http-403", "http-429", "http-451", "robots", "throttled")


class Health(StrEnum):
    """The states of a feed; the first that fits holds."""

    NEW = "new"
    GONE = "gone"
    BLOCKED = "blocked"
    FAILING = "failing"
    LYING = "lying-validators"
    MOVED = "moved"
    SILENT = "silent"
    QUIET = "quiet"
    HEALTHY = "healthy"

    @property
    def alarming(self) -> bool:
        """Whether somebody should look."""
        return self not in {Health.NEW, Health.HEALTHY, Health.QUIET}


def health_of(state: FeedState, now: datetime) -> Health:
    """Return how a feed does; silence is five entries overdue by its own rhythm, and a day.

    A feed that never answered has nothing to its credit: its first failure is told.
    """
    if state.last_outcome == "gone":
        return Health.GONE
    if state.failures >= (FAILURES_TO_TELL if state.last_answer else 1):
        return Health.BLOCKED if state.last_outcome.endswith(_REFUSALS) else Health.FAILING
    return Health.NEW if state.last_answer is None else _of_answers(state, now)


def _of_answers(state: FeedState, now: datetime) -> Health:
    if state.lies or state.vain_changes >= VAIN_TO_TELL:
        return Health.LYING
    if state.adopted or state.moved_sightings >= SIGHTINGS_TO_TELL:
        return Health.MOVED
    missing = missing_news(state, now)
    if missing >= MISSED_IN_SILENCE:
        return Health.SILENT
    return Health.QUIET if missing >= MISSED_IN_QUIET else Health.HEALTHY


def missing_news(state: FeedState, now: datetime) -> float:
    """Return how many entries should have come since the last, by the rhythm of that time.

    None within a day: what publishes by the minute may have a broken evening. Hours and days at
    which the feed never publishes are not counted.
    """
    if state.last_news is None or not state.gap_seconds or now - state.last_news < DAY:
        return 0.0
    fading = expected_gap(state.rhythm).total_seconds() / state.gap_seconds
    return expected_between(state.rhythm, state.last_news, now) * max(fading, 1.0)


def pages_trouble(fates: Fates) -> str:
    """Return what is wrong with a feed whose polls go well: `all-walled`, `all-repeated`, or ""."""
    ended = fates.articles + fates.repeated + fates.walled + fates.other
    if ended < PAGES_TO_TELL:
        return ""
    if fates.walled == ended:
        return "all-walled"
    return "all-repeated" if fates.repeated == ended else ""
