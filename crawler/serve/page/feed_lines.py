"""A feed as the page shows it: how it does, by its own rhythm, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crawler.errors import SourceError
from crawler.fetch.urls import host_of
from crawler.model import Fates, FeedState, Host
from crawler.schedule.health import Health, health_of, missing_news, pages_trouble

BAR_WIDE, BAR_HIGH = 10.0, 40.0  # of a rhythm's chart, in its own units
GAP = 1.5
FLOOR = 1.0  # so that a part in which nothing came is still seen


class State(StrEnum):
    """What a feed is shown as: its health, unless somebody or something keeps it from polls."""

    PAUSED = "paused"
    OFF = "off"
    NEW = Health.NEW.value
    GONE = Health.GONE.value
    BLOCKED = Health.BLOCKED.value
    FAILING = Health.FAILING.value
    LYING = Health.LYING.value
    MOVED = Health.MOVED.value
    SILENT = Health.SILENT.value
    QUIET = Health.QUIET.value
    HEALTHY = Health.HEALTHY.value

    @property
    def alarming(self) -> bool:
        """Whether somebody should look."""
        return self in _ALARMING


_ALARMING = frozenset(State(health.value) for health in Health if health.alarming)
_ORDER = tuple(
    sorted(State, key=lambda state: (not state.alarming, state in {State.PAUSED, State.OFF}))
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour or day of a rhythm."""

    x: float
    height: float
    name: str  # "07", or a day's number from Monday
    news: float  # entries a day in this hour, or on such a day


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed."""

    id: str
    url: str
    asked: str  # the address that is polled, if it is another
    host: Host | None
    state: State
    overdue: int  # entries that should have come by its own rhythm
    gap: timedelta | None  # mean time between its entries
    interval: timedelta | None  # between polls, as the rhythm asks for
    outcome: str
    failures: int  # in a row
    polled: datetime | None
    news: datetime | None
    next: datetime | None
    validators: bool  # it can be asked whether anything changed
    hub: bool
    fates: Fates
    pages: str  # what is wrong with its pages: "all-walled", "all-repeated", or empty
    hours: Sequence[Bar]
    days: Sequence[Bar]


def line_of(state: FeedState, fates: Fates, now: datetime) -> FeedLine:
    """Return a feed as it is shown; times of day stay UTC, as they were learned."""
    rhythm = state.rhythm
    return FeedLine(
        id=state.feed.id,
        url=state.feed.url,
        asked=state.address if state.address != state.feed.url else "",
        host=_host(state.address),
        state=shown_state(state, now),
        overdue=int(missing_news(state, now)),
        gap=timedelta(seconds=state.gap_seconds) if state.gap_seconds else None,
        interval=timedelta(seconds=state.interval_seconds) if state.interval_seconds else None,
        outcome=state.last_outcome,
        failures=state.failures,
        polled=state.last_poll,
        news=state.last_news,
        next=None if state.paused or not state.feed.enabled else state.next_poll,
        validators=bool(state.validators.etag or state.validators.last_modified),
        hub=bool(state.wishes.hub),
        fates=fates,
        pages=pages_trouble(fates),
        hours=_bars(rhythm.news_by_hour, rhythm.watched_by_hour),
        days=_bars(rhythm.news_by_day, rhythm.watched_by_day),
    )


def shown_state(state: FeedState, now: datetime) -> State:
    """Return what a feed is shown as."""
    if not state.feed.enabled:
        return State.OFF
    return State.PAUSED if state.paused else State(health_of(state, now).value)


def gravity(state: State) -> int:
    """Return where a state stands among all, the gravest first."""
    return _ORDER.index(state)


def _bars(news: Sequence[float], watched: Sequence[float]) -> list[Bar]:
    rates = [n / max(w, 1e-9) if w else 0.0 for n, w in zip(news, watched, strict=True)]
    most = max(rates, default=0.0)
    return [
        Bar(
            x=round(index * BAR_WIDE, 1),
            height=round(max(FLOOR, BAR_HIGH * rate / most), 1) if most else FLOOR,
            name=f"{index:02}",
            news=round(rate, 1),
        )
        for index, rate in enumerate(rates)
    ]


def _host(url: str) -> Host | None:
    try:
        return host_of(url)
    except SourceError:
        return None
