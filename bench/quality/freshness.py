"""How soon news is found for how many requests: bench/quality/freshness.py prints one JSON object.

    .venv/bin/python bench/quality/freshness.py [--days 21] [--feeds 40] [--real ../shared/corpora]

Publication times are replayed against policies that decide when to ask each feed again. All have
the same floor and ceiling, and each is scaled by its own one number until all spend the same
requests: those of polling every 15, 30 and 60 minutes. Beside fixed intervals stand the rules of
miniflux (entry frequency) and of Media Cloud's rss-fetcher (share of entries already seen), and
an oracle: our rule with the rates that the world was made with.

`made` is a world of feeds whose rates, hours, weekends and bursts are drawn from a seed. `real`
are recorded publication times, a feed for each section of an outlet; nobody knows their true
rates, so the oracle has those counted afterwards.
"""

import argparse
import gzip
import json
import random
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from math import exp
from pathlib import Path
from statistics import fmean, median
from urllib.parse import urlsplit

from crawler.model import Rhythm
from crawler.schedule.rhythm import first_impression, learned, wait_at_rates, wait_for_news

START = datetime(2026, 9, 7, tzinfo=UTC)  # a Monday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FLOOR, CEILING = 5 * MINUTE, DAY
LISTED = 100  # entries a feed shows
BUDGETS = {"as every 15 min": 96, "as every 30 min": 48, "as every 60 min": 24}  # a feed and day


@dataclass
class Source:
    """A feed: when it publishes, and the entries an hour that made it so, by hour of the week."""

    published: list[datetime]
    rates: Sequence[float]


@dataclass
class Seen:
    """What a poll shows a policy."""

    now: datetime
    since: datetime | None  # the poll before
    listing: Sequence[datetime]
    fresh: Sequence[datetime]
    source: Source  # for the oracle alone


Next = Callable[[Seen], timedelta]
Policy = Callable[[float], Next]  # from its one number to its decision, with a memory for one feed


# --- policies --------------------------------------------------------------------------------


def fixed(scale: float) -> Next:
    return lambda _: HOUR * scale


def miniflux(scale: float) -> Next:
    """Entry frequency: a week over the entries of the last seven days, times a factor."""

    def decide(seen: Seen) -> timedelta:
        week = sum(instant > seen.now - 7 * DAY for instant in seen.listing)
        return 7 * DAY / week * scale if week else CEILING

    return decide


def media_cloud(scale: float) -> Next:
    """Twelve hours at first; an hour less when under 33 % of a listing was known, ten minutes
    more when over 67 % was, and beyond twelve hours back to them at once."""
    minutes = 720.0

    def decide(seen: Seen) -> timedelta:
        nonlocal minutes
        known = 100 * (1 - len(seen.fresh) / max(len(seen.listing), 1))
        if seen.since is not None and known >= 67:
            minutes = min(minutes + 10 * scale, 1440)
        elif seen.since is not None and known < 33:
            minutes = 720.0 if minutes > 720 else max(minutes - 60 * scale, 5)
        return minutes * scale * MINUTE

    return decide


def kordon(scale: float) -> Next:
    rhythm = Rhythm()

    def decide(seen: Seen) -> timedelta:
        nonlocal rhythm
        if seen.since is None:
            rhythm = first_impression(seen.listing, seen.now)
        else:
            rhythm = learned(rhythm, seen.fresh, since=seen.since, until=seen.now)
        return wait_for_news(rhythm, seen.now, patience=HOUR * scale, longest=CEILING)

    return decide


def oracle(scale: float) -> Next:
    def decide(seen: Seen) -> timedelta:
        rates = rates_from(seen.source.rates, seen.now)
        return wait_at_rates(rates, seen.now, patience=HOUR * scale, longest=CEILING)

    return decide


def rates_from(week: Sequence[float], now: datetime) -> Iterator[float]:
    hour = now.weekday() * 24 + now.hour
    while True:
        yield week[hour]
        hour = (hour + 1) % 168


POLICIES: dict[str, Policy] = {
    "fixed": fixed, "miniflux": miniflux, "media cloud": media_cloud, "kordon": kordon,
    "oracle": oracle,
}  # fmt: skip


# --- replay ----------------------------------------------------------------------------------


@dataclass
class Outcome:
    requests: int = 0
    delays: list[float] = field(default_factory=list)  # minutes, from publication to discovery
    missed: int = 0  # fell off the listing before anyone looked


def replay(sources: Sequence[Source], policy: Policy, scale: float, days: int) -> Outcome:
    outcome = Outcome()
    for number, source in enumerate(sources):
        follow(source, policy(scale), START + number * MINUTE, START + days * DAY, outcome)
    return outcome


def follow(source: Source, decide: Next, now: datetime, end: datetime, outcome: Outcome) -> None:
    since, known = None, 0
    while now < end:
        upto = bisect_right(source.published, now)
        oldest = max(0, upto - LISTED)
        fresh = source.published[max(known, oldest) : upto]
        if since is not None:
            outcome.delays += [(now - instant) / MINUTE for instant in fresh]
            outcome.missed += max(0, oldest - known)
        outcome.requests += 1
        wait = decide(Seen(now, since, source.published[oldest:upto], fresh, source))
        since, known = now, upto
        now += min(max(wait, FLOOR), CEILING)


def at_budget(sources: Sequence[Source], policy: Policy, requests: int, days: int) -> Outcome:
    """Replay with the number that spends the most requests within the budget."""
    low, high = -18.0, 8.0  # powers of two
    best = Outcome()
    for _ in range(12):
        middle = (low + high) / 2
        outcome = replay(sources, policy, 2.0**middle, days)
        if outcome.requests <= requests:
            best, high = outcome, middle
        else:
            low = middle
    return best


def described(outcome: Outcome) -> dict[str, float]:
    ordered = sorted(outcome.delays)
    return {
        "requests": outcome.requests,
        "median_minutes": round(median(ordered), 1),
        "mean_minutes": round(fmean(ordered), 1),
        "p90_minutes": round(ordered[int(0.9 * len(ordered))], 1),
        "missed": outcome.missed,
    }


def compared(sources: Sequence[Source], days: int) -> dict[str, object]:
    table: dict[str, object] = {}
    for name, rate in BUDGETS.items():
        budget = rate * len(sources) * days
        rows = {
            policy: described(at_budget(sources, POLICIES[policy], budget, days))
            for policy in POLICIES
        }
        best = min(rows[peer]["median_minutes"] for peer in ("fixed", "miniflux", "media cloud"))
        mean = min(rows[peer]["mean_minutes"] for peer in ("fixed", "miniflux", "media cloud"))
        table[name] = rows | {
            "best_other_median_over_ours": round(best / rows["kordon"]["median_minutes"], 2),
            "best_other_mean_over_ours": round(mean / rows["kordon"]["mean_minutes"], 2),
            "our_median_over_oracles": round(
                rows["kordon"]["median_minutes"] / rows["oracle"]["median_minutes"], 2
            ),
        }
    return table


# --- worlds ----------------------------------------------------------------------------------


def made_world(feeds: int, days: int, seed: int) -> list[Source]:
    dice = random.Random(seed)
    return [a_source(dice, days) for _ in range(feeds)]


def a_source(dice: random.Random, days: int) -> Source:
    """A newsroom: a few to 200 entries a day, mostly by day, fewer at weekends, some in bursts."""
    daily = min(exp(dice.gauss(2.0, 1.4)), 200.0)
    opens, night = dice.choice((4, 5, 6, 12, 13)), dice.uniform(0.02, 0.25)
    weekend, burst = dice.uniform(0.25, 0.9), dice.choice((1, 1, 1, 3))
    shape = [
        (1.0 if (hour - opens) % 24 < 15 else night) * (weekend if day >= 5 else 1.0)
        for day in range(7)
        for hour in range(24)
    ]
    rates = [daily * 7 * part / sum(shape) for part in shape]
    return Source(published(dice, rates, burst, days), rates)


def published(dice: random.Random, rates: Sequence[float], burst: int, days: int) -> list[datetime]:
    instants: list[datetime] = []
    for hour in range(-14 * 24, days * 24):
        start = START + hour * HOUR
        rate = rates[start.weekday() * 24 + start.hour] / burst
        at = dice.expovariate(rate)
        while at < 1:
            instants += [start + at * HOUR + n * MINUTE for n in range(burst)]
            at += dice.expovariate(rate)
    return sorted(instants)


def real_world(corpora: Path) -> tuple[list[Source], int]:
    """Recorded times, to the second, moved by whole weeks so that they begin before START."""
    sections: defaultdict[str, list[datetime]] = defaultdict(list)
    with gzip.open(corpora / "ukraine_media.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            article = json.loads(line)
            if article["precision"] == "second":
                name = article["outlet"] + " " + section_of(article["url"])
                sections[name].append(datetime.fromisoformat(article["published"]))
    spans = [sorted(times) for times in sections.values() if len(times) >= 15]
    days = 28
    return [recorded(times, days) for times in spans], days


def section_of(url: str) -> str:
    path = urlsplit(url).path.strip("/").split("/")
    return path[1].rsplit("-", 1)[0] if path[0] == "news" and len(path) > 1 else path[0]


def recorded(times: list[datetime], days: int) -> Source:
    end = times[-1]
    weeks = (START + days * DAY - end) // (7 * DAY)
    moved = [instant + weeks * 7 * DAY for instant in times]
    inside = [instant for instant in moved if instant > START - 14 * DAY]
    counts = [0.3] * 168
    watched = (inside[-1] - inside[0]) / (7 * DAY)
    for instant in inside:
        counts[instant.weekday() * 24 + instant.hour] += 1
    return Source(inside, [count / max(watched, 1) for count in smoothed(counts)])


def smoothed(week: Sequence[float]) -> list[float]:
    """Spread each hour over its neighbours and over the same hour of all days."""
    by_hour = [fmean(islice(week, hour, None, 24)) for hour in range(24)]
    near = [(by_hour[h - 1] + 2 * by_hour[h] + by_hour[(h + 1) % 24]) / 4 for h in range(24)]
    days = [sum(week[24 * day : 24 * day + 24]) for day in range(7)]
    return [near[hour] * 7 * days[day] / sum(days) for day in range(7) for hour in range(24)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=21)
    parser.add_argument("--feeds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--real", type=Path, help="a folder with ukraine_media.jsonl.gz")
    options = parser.parse_args()
    sources = made_world(options.feeds, options.days, options.seed)
    report: dict[str, object] = {
        "floor_minutes": FLOOR / MINUTE,
        "made": {"feeds": len(sources)} | compared(sources, options.days),
    }
    if options.real:
        recorded_sources, days = real_world(options.real)
        report["real"] = {"feeds": len(recorded_sources)} | compared(recorded_sources, days)
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
