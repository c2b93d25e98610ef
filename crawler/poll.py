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
from crawler.fetch.urls import asked_address, canonical_address, host_of
from crawler.model import Entry, EntryId, FeedState, PollClaim, Validators, id_of
from crawler.pool import Pool
from crawler.ports import Clock, Frontier
from crawler.read.feed import FeedDocument, Item, read_feed
from crawler.schedule.backoff import retry_delay
from crawler.schedule.interval import next_interval, next_wait, stable_jitter
from crawler.telemetry import Tally

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
        directory: Directory,
    ) -> None:
        self._frontier = frontier
        self._clock = clock
        self._config = config
        self._pool = pool
        self._tally = tally
        self._directory = directory

    def request_headers(self, claim: PollClaim) -> Mapping[str, bytes]:
        """Return the conditional headers to ask this feed with."""
        return request_headers(claim.state.validators)

    async def answered(self, claim: PollClaim, reply: Reply) -> None:
        """Commit what an answer means: validators, next poll, unseen entries."""
        match self._judge(claim, reply):
            case Modified() as outcome:
                await self._modified(claim, reply, outcome)
            case NotModified() as outcome:
                state = self._answered(claim.state, "not-modified", outcome, NONE, met_new=False)
                await self._commit(claim, state)
            case Throttled(until=until):
                await self._frontier.hold_host(host_of(claim.url), until)
                await self._commit(claim, self._failed(claim.state, "throttled", until))
            case Gone():
                later = self._clock.now() + GONE_WAIT
                await self._commit(claim, self._failed(claim.state, "gone", later))
            case Moved():
                await self.failed(claim, "moved")
            case Failed(reason=reason):
                await self.failed(claim, reason)

    async def failed(self, claim: PollClaim, reason: str) -> None:
        """Commit that nothing came: the rhythm stays as it was learned, the next poll backs off."""
        wait = retry_delay(
            claim.state.failures,
            first=self._config.poll_shortest,
            longest=self._config.poll_longest,
            jitter=stable_jitter(claim.state.feed.id),
        )
        state = self._failed(claim.state, f"failed:{reason}", self._clock.now() + wait)
        await self._commit(claim, state)

    def _judge(self, claim: PollClaim, reply: Reply) -> Outcome:
        return judge(
            reply.status,
            reply.headers,
            reply.redirects,
            url=reply.url,
            sent=claim.state.validators,
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
        with_news, without = (
            self._answered(claim.state, "modified", outcome, document.floor or NONE, met_new=new)
            for new in (True, False)
        )
        await self._commit(claim, with_news, entries, quiet=without)

    async def _read(self, claim: PollClaim, reply: Reply) -> FeedDocument:
        kind = reply.headers.get("content-type", "")
        deadline = self._config.feed_deadline
        zone = await self._directory.zone(claim.state.feed.outlet)
        return await self._pool.run(reply.url, deadline, read, reply.body, reply.url, kind, zone)

    async def _commit(
        self,
        claim: PollClaim,
        state: FeedState,
        entries: Sequence[Entry] = (),
        *,
        quiet: FeedState | None = None,
    ) -> None:
        unseen = await self._frontier.commit_poll(claim, state, entries, quiet=quiet)
        self._tally.count(f"poll/{state.last_outcome}")
        self._tally.count("entry/listed", len(entries))
        self._tally.count("entry/new", unseen)

    def _entries(self, claim: PollClaim, document: FeedDocument) -> Sequence[Entry]:
        now = self._clock.now()
        entries: dict[EntryId, Entry] = {}
        for item in document.items:
            with suppress(SourceError):  # an address nobody could fetch
                entry = entry_of(claim.state, item, now)
                entries.setdefault(entry.id, entry)
        self._tally.count("entry/unusable", len(document.items) - len(entries))
        return tuple(entries.values())

    def _answered(
        self,
        state: FeedState,
        outcome: str,
        answer: Modified | NotModified,
        floor: timedelta,
        *,
        met_new: bool,
    ) -> FeedState:
        now, config = self._clock.now(), self._config
        interval = next_interval(
            timedelta(seconds=state.interval_seconds),
            met_new=met_new,
            first=config.poll_first,
            shortest=config.poll_shortest,
            longest=config.poll_longest,
        )
        wait = next_wait(
            interval,
            floor=max(answer.floor, floor),
            longest=config.poll_longest,
            jitter=stable_jitter(state.feed.id),
        )
        return replace(
            _moved(state, answer.moved_to, now),
            validators=answer.validators,
            interval_seconds=interval.total_seconds(),
            failures=0,
            last_poll=now,
            last_new=now if met_new else state.last_new,
            last_outcome=outcome,
            next_poll=now + wait,
        )

    def _failed(self, state: FeedState, outcome: str, next_poll: datetime) -> FeedState:
        return replace(
            state,
            failures=state.failures + 1,
            last_poll=self._clock.now(),
            last_outcome=outcome,
            next_poll=next_poll,
        )


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


def _moved(state: FeedState, target: str, now: datetime) -> FeedState:
    """Return the state with what a permanent redirect adds to the evidence of a move."""
    if not target:
        return replace(state, moved_to="", moved_since=None, moved_sightings=0)
    if target != state.moved_to:
        return replace(state, moved_to=target, moved_since=now, moved_sightings=1)
    return replace(state, moved_sightings=state.moved_sightings + 1)
