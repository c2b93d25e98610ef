"""How the frontier's two diaries are written and read: what hosts bore, how pages ended."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.model import Answer, Fates, FeedId, Host, Skipped, SkipReason
from crawler.ports import HostLedger

DAYS_KEPT = 30
NOT_MODIFIED, FIRST_ERROR = 304, 400
REFUSALS = frozenset({401, 403, 429, 451, 503})
ARTICLE, REPEATED, WALLED, OTHER = "articles", "repeated", "walled", "other"
_FATES: Mapping[SkipReason, str] = {
    SkipReason.SAME_ARTICLE: REPEATED,
    SkipReason.CONSENT_WALL: WALLED,
    SkipReason.BOT_CHALLENGE: WALLED,
    SkipReason.PAYWALL: WALLED,
}


def fate_of(skipped: Skipped) -> str:
    """Return under which fate a skip is counted."""
    return _FATES.get(skipped.reason, OTHER)


def day_of(now: datetime) -> str:
    """Return the name of the day an instant lies in."""
    return now.strftime("%Y-%m-%d")


def last_days(now: datetime, days: int) -> list[str]:
    """Return the names of the last days, today first."""
    return [day_of(now - timedelta(days=ago)) for ago in range(min(days, DAYS_KEPT))]


def borne(answers: Iterable[Answer]) -> list[HostLedger]:
    """Return what answers add to the ledger, one row for each host."""
    rows: defaultdict[Host, list[HostLedger]] = defaultdict(list)
    for answer in answers:
        rows[answer.host].append(_row(answer))
    return [summed(host, found) for host, found in rows.items()]


def summed(host: Host, rows: Sequence[HostLedger]) -> HostLedger:
    """Return several rows of one host as one."""
    if len(rows) == 1:
        return rows[0]
    columns = zip(*map(row_text, rows), strict=True)
    return HostLedger(host, *map(sum, columns))


def ordered(rows: Iterable[HostLedger]) -> list[HostLedger]:
    """Return one row a host, the most asked first."""
    by_host: defaultdict[Host, list[HostLedger]] = defaultdict(list)
    for row in rows:
        by_host[row.host].append(row)
    sums = [summed(host, found) for host, found in by_host.items()]
    return sorted(sums, key=lambda row: (-row.requests, row.host))


def row_text(row: HostLedger) -> tuple[int, ...]:
    """Return a row's numbers in the order in which a script adds them up."""
    return (row.requests, row.bytes, row.not_modified, row.refused, row.failed, row.milliseconds)


def row_of(host: str, text: str) -> HostLedger:
    """Return the row that a script wrote."""
    return HostLedger(Host(host), *(int(number) for number in text.split()))


def fates_of(counts: Iterable[tuple[str, str, int]]) -> dict[FeedId, Fates]:
    """Return counts of (feed, fate, count) by feed."""
    by_feed: dict[FeedId, Fates] = {}
    for feed, fate, count in counts:
        known = by_feed.get(FeedId(feed), Fates())
        by_feed[FeedId(feed)] = replace(known, **{fate: getattr(known, fate) + count})
    return dict(sorted(by_feed.items()))


def _row(answer: Answer) -> HostLedger:
    refused = answer.status in REFUSALS
    return HostLedger(
        answer.host,
        requests=1,
        bytes=answer.bytes,
        not_modified=int(answer.status == NOT_MODIFIED),
        refused=int(refused),
        failed=int(not refused and (answer.status == 0 or answer.status >= FIRST_ERROR)),
        milliseconds=round(1_000 * answer.seconds),
    )
