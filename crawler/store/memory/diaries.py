"""The diaries of the frontier's twin: what hosts bore, how pages ended, what was alarming."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from crawler.model import Alert, Answer, Fates, FeedId, Host
from crawler.ports import HostLedger
from crawler.store.ledgers import borne, day_of, fates_of, last_days, ordered


class MemoryDiaries:
    """Every row that was ever written, under its day; sums are made when they are asked for."""

    def __init__(self) -> None:
        self._ledger: list[tuple[str, HostLedger]] = []
        self._fates: list[tuple[str, FeedId, str]] = []
        self._alerts: list[Alert] = []  # newest first

    def note_answers(self, answers: Sequence[Answer], now: datetime) -> None:
        """Enter what answers cost their hosts."""
        today = day_of(now)
        self._ledger += [(today, row) for row in borne(answers)]

    def note_fate(self, feed: FeedId, fate: str, now: datetime) -> None:
        """Enter how a page of a feed's entry ended."""
        self._fates.append((day_of(now), feed, fate))

    def note_alert(self, alert: Alert) -> None:
        """Enter an alert."""
        self._alerts = [alert, *self._alerts]

    def ledger(self, days: int, hosts: Sequence[Host], now: datetime) -> Sequence[HostLedger]:
        """What hosts bore over the last days; these hosts or all, most asked first."""
        since = last_days(now, days)
        rows = [row for day, row in self._ledger if day in since]
        asked = [HostLedger(host) for host in hosts]
        return ordered([*asked, *(row for row in rows if not hosts or row.host in hosts)])

    def fates(self, days: int, now: datetime) -> Mapping[FeedId, Fates]:
        """How the pages of each feed's entries ended over the last days."""
        since = last_days(now, days)
        return fates_of((feed, fate, 1) for day, feed, fate in self._fates if day in since)

    def alerts(self, limit: int) -> Sequence[Alert]:
        """The newest alerts, newest first."""
        return self._alerts[:limit]
