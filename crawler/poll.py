"""Use case: a claimed feed becomes a request, its outcome becomes the next poll."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawler.config import Config
from crawler.directory import Directory
from crawler.errors import SourceError
from crawler.fetch.conditional import (
    Failed,
    Gone,
    Modified,
    Moved,
    NotModified,
    Outcome,
    Throttled,
    judge,
    request_headers,
)
from crawler.fetch.politeness import host_pause
from crawler.fetch.urls import asked_address, canonical_address, host_of
from crawler.model import (
    Alert,
    Entry,
    EntryId,
    FeedState,
    PollClaim,
    Rhythm,
    Validators,
    Wishes,
    id_of,
)
from crawler.pool import Pool
from crawler.ports import Clock, Frontier
from crawler.read.feed import FeedDocument, Item, read_feed
from crawler.schedule.backoff import retry_delay
from crawler.schedule.health import health_of
from crawler.schedule.interval import next_wait, outside_skips, stable_jitter
from crawler.schedule.moves import gone_back, settled, sighted
from crawler.schedule.rhythm import expected_gap, first_impression, learned, wait_for_news
from crawler.schedule.trust import asks_plainly, judged, marks_of, unlisted
from crawler.telemetry import Answers, Tally

NONE = timedelta(0)
GONE_WAIT = timedelta(days=30)  # a feed that is gone is looked at once a month


@dataclass(frozen=True, slots=True)
class Reply:
    """What a publisher answered, in no framework's words."""

    status: int
    url: str  # after redirects
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    redirects: tuple[tuple[int, str], ...] = ()  # (status, address that gave it), in order
    latency: timedelta = NONE  # from the question to the last header


class Poll:
    """Polls feeds: what to ask with, and what an answer changes, committed as one step."""

    def __init__(
        self,
        frontier: Frontier,
        clock: Clock,
        config: Config,
        pool: Pool,
        tally: Tally,
        *,
        answers: Answers,
        directory: Directory,
    ) -> None:
        self._frontier = frontier
        self._clock = clock
        self._config = config
        self._pool = pool
        self._tally = tally
        self._answers = answers
        self._directory = directory

    def request_headers(self, claim: PollClaim) -> Mapping[str, bytes]:
        """Return the conditional headers to ask this feed with."""
        return request_headers(self._sent(claim))

    async def answered(self, claim: PollClaim, reply: Reply) -> None:
        """Commit what an answer means: validators, next poll, unseen entries."""
        match self._judge(claim, reply):
            case Modified() as outcome:
                await self._modified(claim, reply, outcome)
            case NotModified() as outcome:
                await self._commit(claim, self._unchanged(claim, outcome), latency=reply.latency)
            case Throttled(until=until):
                await self._frontier.hold_host(host_of(claim.url), until)
                wait = max(until - self._clock.now(), self._retry_wait(claim.state))
                await self._commit(claim, self._failed(claim.state, "throttled", wait))
            case Gone():
                await self._commit(claim, self._failed(claim.state, "gone", GONE_WAIT))
            case Moved():
                await self.failed(claim, "moved")
            case Failed(reason=reason):
                await self.failed(claim, reason)

    async def failed(self, claim: PollClaim, reason: str) -> None:
        """Commit that nothing came: the rhythm stays as it was learned, the next poll backs off."""
        wait = self._retry_wait(claim.state)
        await self._commit(claim, self._failed(claim.state, f"failed:{reason}", wait))

    # --- what came ---

    def _sent(self, claim: PollClaim) -> Validators:
        """Return what the feed is asked with, the same whenever it is asked of one claim."""
        plainly = asks_plainly(claim.state, seen_window=self._config.seen_window)
        return Validators() if plainly else claim.state.validators

    def _judge(self, claim: PollClaim, reply: Reply) -> Outcome:
        return judge(
            reply.status,
            reply.headers,
            reply.redirects,
            url=reply.url,
            sent=self._sent(claim),
            now=self._clock.now(),
            refusals=claim.state.failures,
            longest=self._config.poll_longest,
        )

    async def _modified(self, claim: PollClaim, reply: Reply, outcome: Modified) -> None:
        try:
            document = await self._read(claim, reply)
        except SourceError as error:  # validators of what cannot be read are not worth keeping
            forgetful = replace(claim.state, validators=Validators())
            await self.failed(replace(claim, state=forgetful), error.reason)
            return
        entries = self._entries(claim, document)
        quiet = self._listed(claim, outcome, document, entries)
        with_news = replace(quiet, last_new=self._clock.now())
        await self._commit(claim, with_news, entries, quiet=quiet, latency=reply.latency)

    async def _read(self, claim: PollClaim, reply: Reply) -> FeedDocument:
        kind = reply.headers.get("content-type", "")
        deadline = self._config.feed_deadline
        zone = await self._directory.zone(claim.state.feed.outlet)
        return await self._pool.run(reply.url, deadline, read, reply.body, reply.url, kind, zone)

    def _entries(self, claim: PollClaim, document: FeedDocument) -> Sequence[Entry]:
        now = self._clock.now()
        entries: dict[EntryId, Entry] = {}
        for item in document.items:
            with suppress(SourceError):  # an address nobody could fetch
                entry = entry_of(claim.state, item, now)
                entries.setdefault(entry.id, entry)
        self._tally.count("entry/unusable", len(document.items) - len(entries))
        return tuple(entries.values())

    # --- what it teaches ---

    def _unchanged(self, claim: PollClaim, outcome: NotModified) -> FeedState:
        state, now = claim.state, self._clock.now()
        since = state.last_answer or now
        taught = replace(
            state, rhythm=learned(state.rhythm, (), since=since, until=now), vain_changes=0
        )
        return self._answered(taught, "not-modified", outcome)

    def _listed(
        self,
        claim: PollClaim,
        outcome: Modified,
        document: FeedDocument,
        entries: Sequence[Entry],
    ) -> FeedState:
        """Return the state that a body which was read leaves behind, when none of it is unseen."""
        state, now = claim.state, self._clock.now()
        news = unlisted(state, entries)
        plainly = self._sent(claim) != state.validators
        state = judged(state, outcome.validators, plainly=plainly, news=bool(news))
        rhythm = rhythm_after(state, news, now)
        state = replace(
            state,
            rhythm=rhythm,
            wishes=wishes_of(document),
            listed=marks_of(news if outcome.delta else entries, state.listed * outcome.delta),
            last_listed=now,
            last_news=now if news else state.last_news,
            gap_seconds=expected_gap(rhythm).total_seconds() if news else state.gap_seconds,
        )
        return self._answered(state, "modified", outcome)

    def _answered(
        self, state: FeedState, outcome: str, answer: Modified | NotModified
    ) -> FeedState:
        now = self._clock.now()
        interval = self._interval(state, answer.validators)
        state = settled(sighted(state, answer.moved_to, now), now)
        return replace(
            state,
            validators=answer.validators,
            interval_seconds=interval.total_seconds(),
            failures=0,
            last_poll=now,
            last_answer=now,
            last_outcome=outcome,
            next_poll=self._next_poll(state, interval, answer.floor),
        )

    def _interval(self, state: FeedState, validators: Validators) -> timedelta:
        config, rhythm = self._config, state.rhythm
        wanted = config.poll_first
        if rhythm.watched_by_day and (state.last_answer or rhythm.news_by_day):
            wanted = wait_for_news(
                rhythm,
                self._clock.now(),
                patience=config.poll_patience,
                longest=config.poll_longest,
            )
        return min(max(wanted, self._shortest(state, validators)), config.poll_longest)

    def _shortest(self, state: FeedState, validators: Validators) -> timedelta:
        """Return how soon the operator lets this feed be asked again."""
        if host_of(state.address) in self._config.poll_faster_hosts:
            return self._config.poll_faster
        conditional = validators != Validators()
        return self._config.poll_shortest if conditional else self._config.poll_unconditional

    def _next_poll(self, state: FeedState, interval: timedelta, floor: timedelta) -> datetime:
        now, longest, wishes = self._clock.now(), self._config.poll_longest, state.wishes
        wait = next_wait(
            interval,
            floor=max(floor, timedelta(seconds=wishes.floor_seconds)),
            longest=longest,
            jitter=stable_jitter(state.feed.id),
        )
        return outside_skips(
            now + wait,
            hours=wishes.skip_hours,
            days=wishes.skip_days,
            latest=now + max(wait, longest),
        )

    def _retry_wait(self, state: FeedState) -> timedelta:
        config = self._config
        wait = retry_delay(
            state.failures,
            first=config.poll_shortest,
            longest=config.poll_longest,
            jitter=stable_jitter(state.feed.id),
        )
        return max(wait, config.poll_shortest)

    def _failed(self, state: FeedState, outcome: str, wait: timedelta) -> FeedState:
        now = self._clock.now()
        failed = replace(
            state,
            failures=state.failures + 1,
            last_poll=now,
            last_outcome=outcome,
            next_poll=now + wait,
        )
        return gone_back(failed, gone=outcome == "gone")

    # --- the step ---

    async def _commit(
        self,
        claim: PollClaim,
        state: FeedState,
        entries: Sequence[Entry] = (),
        *,
        quiet: FeedState | None = None,
        latency: timedelta = NONE,
    ) -> None:
        config = self._config
        pause = host_pause(config.host_pause, longest=config.crawl_delay_longest, latency=latency)
        alert = alert_of(claim.state, state, self._clock.now())
        with self._answers.taken() as answers:
            unseen = await self._frontier.commit_poll(
                claim, state, entries, quiet=quiet, pause=pause, answers=answers, alert=alert
            )
        self._tally.count(f"poll/{state.last_outcome}")
        self._tally.count("entry/listed", len(entries))
        self._tally.count("entry/new", unseen)
        if alert:
            self._tally.count(f"alert/{alert.health}")


def read(body: bytes, url: str, content_type: str, zone: str = "") -> FeedDocument:
    """Read a feed in a worker process."""
    return read_feed(body, url=url, content_type=content_type, zone=zone)


def entry_of(state: FeedState, item: Item, now: datetime) -> Entry:
    """Return the entry an item stands for; one address is one entry, however it is written.

    Raises:
        SourceError: Its address cannot be fetched.
    """
    return Entry(
        id=EntryId(id_of(canonical_address(item.url))),
        url=asked_address(item.url),
        outlet=state.feed.outlet,
        feed=state.feed.id,
        title=item.title,
        summary=item.summary,
        author=item.author,
        language=item.language,
        published=item.published,
        updated=item.updated,
        discovered=now,
    )


def rhythm_after(state: FeedState, news: Sequence[Entry], now: datetime) -> Rhythm:
    """Return a feed's rhythm after a body with these entries new to it; an outage is looked over.

    What a feed lists on the first day tells as much as its own dates do.
    """
    published = [entry.published for entry in news]
    if state.last_answer is None:
        return first_impression(published, now)
    return learned(state.rhythm, published, since=state.last_answer, until=now)


def wishes_of(document: FeedDocument) -> Wishes:
    """Return what a feed's body asks of those who poll it."""
    return Wishes(
        floor_seconds=document.floor.total_seconds() if document.floor else 0.0,
        skip_hours=tuple(sorted(document.skip_hours)),
        skip_days=tuple(sorted(document.skip_days)),
        hub=document.hub,
        topic=document.self_url,
    )


def alert_of(before: FeedState, after: FeedState, now: datetime) -> Alert | None:
    """Return the alert that a poll gives rise to: the feed's health changed for bad, or back."""
    was, health = health_of(before, now), health_of(after, now)
    if was == health or not (was.alarming or health.alarming):
        return None
    feed = after.feed
    return Alert(feed.id, feed.outlet, after.address, was, health, after.last_outcome, now)
