"""What a feed's polls teach about when it brings news, and when a look is worth a request.

Source: docs/decisions/0130-when-a-look-is-worth-a-request.md
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice, pairwise

from crawler.model import Rhythm

HALF_LIFE_DAYS = 10.0
LONGEST_LOOK_BACK = timedelta(days=14)  # what a first listing may teach
DOUBT_ENTRIES, DOUBT_DAYS = 0.5, 1.0  # believed of every feed before it has shown anything
CROWDING = 4 / 3  # an entry weighs more the more come with it; see `wait_for_news`
EVENNESS = 2.0  # entries believed of each hour and day beside those seen, as if all were alike
NOTHING = timedelta(0)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
_HOURS, _DAYS = 24, 7
_COUNTED_HOURS = 14 * 24  # one by one; what lies beyond counts by the mean
_PRECISE = 3  # decimals kept; a rhythm is written with every poll


def learned(
    rhythm: Rhythm, news: Sequence[datetime | None], *, since: datetime, until: datetime
) -> Rhythm:
    """Return the rhythm after a stretch of time in which just these entries came.

    Args:
        rhythm: What was known at `since`.
        news: When each was published; one without an instant inside the stretch may have come
            at any time of it.
        since: The last time the feed was read.
        until: Now.
    """
    fade = 0.5 ** ((until - since) / DAY / HALF_LIFE_DAYS)
    hours, days, watched_hours, watched_days = _faded(rhythm, fade)
    inside = [instant for instant in news if instant is not None and since < instant <= until]
    for instant in inside:
        hours[instant.hour] += 1
        days[instant.weekday()] += 1
    rest = (len(news) - len(inside)) / max((until - since) / DAY, 1e-9)
    for start, length in _pieces(since, until):
        hours[start.hour] += rest * length
        days[start.weekday()] += rest * length
        watched_hours[start.hour] += length
        watched_days[start.weekday()] += length
    return Rhythm(*(tuple(round(one, _PRECISE) for one in facts)
                    for facts in (hours, watched_hours, days, watched_days)))  # fmt: skip


def first_impression(published: Sequence[datetime | None], now: datetime) -> Rhythm:
    """Return what a listing's own dates tell of a feed that was never read before.

    Nothing, when fewer than three differ: one date for all is the time of the listing.
    """
    earliest = now - LONGEST_LOOK_BACK
    dates = sorted({date for date in published if date is not None and earliest < date <= now})
    if len(dates) < 3:  # noqa: PLR2004 - see above
        return Rhythm()
    return learned(Rhythm(), dates[1:], since=dates[0], until=now)


def wait_for_news(
    rhythm: Rhythm, now: datetime, *, patience: timedelta, longest: timedelta
) -> timedelta:
    """Return how long it takes until a look is worth a request.

    That is when the entries expected to have come have waited `patience` together, each weighing
    more the more come with it. Where they come evenly at r an hour this is after
    sqrt(2 patience) / r^(2/3) hours: the share of requests that makes the sum over all entries of
    the square root of their delay the least, for ten minutes saved matter more to what would
    have waited twenty than to what waits a day. Where they come by day, nights are left out.

    Args:
        rhythm: As learned.
        now: When everything published so far is known.
        patience: Hours of one entry's delay that one request is worth, where one comes an hour.
        longest: When a look is due whatever is expected.
    """
    return wait_at_rates(_rates(rhythm, now), now, patience=patience, longest=longest)


def wait_at_rates(
    rates: Iterator[float], now: datetime, *, patience: timedelta, longest: timedelta
) -> timedelta:
    """Return the same for rates that are known: entries an hour, for this hour and each after."""
    worth, longest_hours = patience / HOUR, longest / HOUR
    waited, expected, delay = 0.0, 0.0, 0.0
    length = 1 - (now.minute * 60 + now.second) / 3_600
    for rate in (known**CROWDING for known in rates):
        grown = delay + expected * length + rate * length * length / 2
        if grown >= worth:
            waited += _crossing(worth - delay, expected, rate)
            break
        waited, delay, expected, length = waited + length, grown, expected + rate * length, 1.0
        if waited >= longest_hours:
            break
    return min(timedelta(hours=waited), longest)


def expected_gap(rhythm: Rhythm) -> timedelta:
    """Return the mean time between a feed's entries, as far as its polls have shown."""
    return DAY / _mean(rhythm)


def expected_between(rhythm: Rhythm, since: datetime, until: datetime) -> float:
    """Return how many entries a rhythm lets expect in a stretch of time."""
    begun = since.replace(minute=0, second=0, microsecond=0)
    hours = min((until - begun) // HOUR, _COUNTED_HOURS)
    counted = sum(islice(_rates(rhythm, begun), hours))
    return counted + (until - begun - hours * HOUR) / expected_gap(rhythm)


def _crossing(missing: float, expected: float, rate: float) -> float:
    """Return after how many hours `expected` entries and new ones have waited that much more."""
    if rate <= 0:
        return missing / expected
    return float((expected * expected + 2 * rate * missing) ** 0.5 - expected) / rate


def _mean(rhythm: Rhythm) -> float:
    """Return entries a day over all."""
    watched = sum(rhythm.watched_by_day)
    return (sum(rhythm.news_by_day) + DOUBT_ENTRIES) / (watched + DOUBT_DAYS)


def _rates(rhythm: Rhythm, now: datetime) -> Iterator[float]:
    """Yield entries an hour for this hour and each that follows, as expected."""
    mean = _mean(rhythm)
    by_hour = _smoothed(_share(rhythm.news_by_hour, rhythm.watched_by_hour, mean, _HOURS))
    by_day = _share(rhythm.news_by_day, rhythm.watched_by_day, mean, _DAYS)
    hour, day = now.hour, now.weekday()
    while True:
        yield mean / _HOURS * by_hour[hour] * by_day[day]
        hour = (hour + 1) % _HOURS
        day = (day + (hour == 0)) % _DAYS


def _share(
    news: Sequence[float], watched: Sequence[float], mean: float, size: int
) -> Sequence[float]:
    """Return how much busier each part is than the mean; 1 where nothing was watched."""
    if not news:
        return (1.0,) * size
    return [
        (came + EVENNESS) / (mean * days + EVENNESS)
        for came, days in zip(news, watched, strict=True)
    ]


def _smoothed(shares: Sequence[float]) -> Sequence[float]:
    """Return each hour with a quarter of either neighbour: a newsroom's morning has no edge."""
    around = [shares[-1], *shares, shares[0]]
    return [(around[n] + 2 * around[n + 1] + around[n + 2]) / 4 for n in range(len(shares))]


def _faded(
    rhythm: Rhythm, fade: float
) -> tuple[list[float], list[float], list[float], list[float]]:
    def faded(facts: Sequence[float], size: int) -> list[float]:
        return [one * fade for one in facts] if facts else [0.0] * size

    return (
        faded(rhythm.news_by_hour, _HOURS),
        faded(rhythm.news_by_day, _DAYS),
        faded(rhythm.watched_by_hour, _HOURS),
        faded(rhythm.watched_by_day, _DAYS),
    )


def _pieces(since: datetime, until: datetime) -> Iterator[tuple[datetime, float]]:
    """Yield a stretch of time cut at full hours: the start of each piece and its length in days."""
    since = max(since, until - LONGEST_LOOK_BACK)
    first = since.replace(minute=0, second=0, microsecond=0) + HOUR
    cuts = [since]
    while first < until:
        cuts.append(first)
        first += HOUR
    for start, end in pairwise([*cuts, until]):
        yield start, (end - start) / DAY
