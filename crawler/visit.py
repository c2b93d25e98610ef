"""Use case: a claimed entry is asked for; its reply becomes a page, a skip, a retry or a letter."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from crawler.config import Config
from crawler.fetch.politeness import NONE, host_pause
from crawler.fetch.reasons import FailReason, is_of_the_host
from crawler.model import (
    Entry,
    EntryClaim,
    EntryId,
    FeedId,
    OutletId,
    Page,
    Skipped,
    SkipReason,
    id_of,
)
from crawler.ports import Clock, Frontier
from crawler.schedule.backoff import retry_delay
from crawler.telemetry import Answers, Tally

GONE = frozenset({404, 410})
READABLE = frozenset({200, 203})  # other 2xx carry no page that was asked for, or none yet
REFUSED = frozenset({400, 401, 402, 403, 405, 406, 451})
SKIPPED_FAILURES: Mapping[str, SkipReason] = {
    FailReason.ROBOTS: SkipReason.ROBOTS,
    FailReason.OPTED_OUT: SkipReason.OPTED_OUT,
}
PARSER_KILLERS = frozenset({"crashed", "memory", "deadline"})  # crawler.pool's words
PARSERS_KILLED_MOST = 3  # by one page; each is another fetch, too
OUTAGE_PATIENCE = 3  # times as many retries where the host is at fault: over eight hours, usually
HOPELESS_FAILURES = frozenset(reason for reason in FailReason if not reason.retryable)


@dataclass(frozen=True, slots=True)
class Retry:
    """The entry may be asked for again later."""

    reason: str


@dataclass(frozen=True, slots=True)
class Bury:
    """Asking again would bring the same."""

    reason: str


Trouble = Skipped | Retry | Bury


def judge_status(status: int) -> Trouble | None:
    """Return what a page's status means, or None when its body is worth reading."""
    if status in READABLE:
        return None
    if status in GONE:
        return Skipped(SkipReason.GONE, f"http-{status}")
    return Bury(f"http-{status}") if status in REFUSED else Retry(f"http-{status}")


def judge_body(body: bytes) -> Trouble | None:
    """Return that an empty page may come whole another time, or None when there is one to read."""
    return Retry(FailReason.EMPTY) if not body or body.isspace() else None


def judge_failure(reason: str) -> Trouble:
    """Return what a failed fetch or a failed preparation means for its entry."""
    if reason in SKIPPED_FAILURES:
        return Skipped(SKIPPED_FAILURES[reason])
    return Bury(reason) if reason in HOPELESS_FAILURES else Retry(reason)


class Visit:
    """Ends claims on entries: whatever happens, the frontier is told exactly once."""

    def __init__(
        self,
        frontier: Frontier,
        clock: Clock,
        config: Config,
        tally: Tally,
        *,
        answers: Answers,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._frontier = frontier
        self._clock = clock
        self._config = config
        self._tally = tally
        self._answers = answers
        self._dice = dice

    async def fetched(self, claim: EntryClaim, latency: timedelta = NONE) -> None:
        """End the host's turn: nothing more is asked of it for this claim.

        A host that was slow to answer rests for as long.
        """
        config = self._config
        pause = host_pause(config.host_pause, longest=config.crawl_delay_longest, latency=latency)
        with self._answers.taken() as answers:
            await self._frontier.free_host(claim, pause=pause, answers=answers)

    def unlisted(self, url: str, outlet: str) -> EntryClaim:
        """Return a claim on an address that no feed listed; its end leaves no trace.

        Where one listed it as well, that entry's work is done with it.
        """
        entry = Entry(id=EntryId(id_of(url)), url=url, outlet=OutletId(outlet), feed=FeedId(""))
        return EntryClaim("", entry, 0, self._clock.now())

    async def passed_over(self, claim: EntryClaim, skipped: Skipped) -> None:
        """End the claim of an entry that need not be asked for; its host goes on at once."""
        self._tally.count("entry/passed-over")
        await self._frontier.spare_host(claim)
        await self.trouble(claim, skipped)

    def page(self, claim: EntryClaim, *, url: str, body: bytes, content_type: str) -> Page:
        """Return the fetched page of a claimed entry, stamped with the present."""
        self._tally.count("page/fetched")
        self._tally.count("page/bytes", len(body))
        return Page(claim.entry, url, body, content_type, self._clock.now())

    async def done(self, claim: EntryClaim) -> None:
        """End the claim of an article that has its place."""
        await self._frontier.done(claim)

    async def trouble(self, claim: EntryClaim, trouble: Trouble) -> None:
        """End the claim of an entry that gave no article; after its last retry it is buried."""
        match trouble:
            case Skipped(reason=reason):
                await self._frontier.skip(claim, trouble)
                self._tally.count(f"skip/{reason}")
            case Retry(reason=reason) if claim.attempts < self._retries(reason):
                await self._frontier.retry(claim, self._clock.now() + self._delay(claim), reason)
                self._tally.count(f"retry/{reason}")
            case Retry(reason=reason) | Bury(reason=reason):
                await self._frontier.bury(claim, reason)
                self._tally.count(f"dead/{reason}")

    def _retries(self, reason: str) -> int:
        most = self._config.retries
        if reason in PARSER_KILLERS:
            return min(PARSERS_KILLED_MOST - 1, most)
        return OUTAGE_PATIENCE * most if is_of_the_host(reason) else most

    def _delay(self, claim: EntryClaim) -> timedelta:
        return retry_delay(
            claim.attempts,
            first=self._config.retry_first,
            longest=self._config.retry_longest,
            jitter=self._dice(),
        )
