"""Use case: a claimed feed becomes a request, its outcome becomes the next poll."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from crawler.config import Config
from crawler.directory import Directory
from crawler.errors import SourceError
from crawler.feed_state import StateAfter
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
from crawler.gathering import Gathered, archives_before, further_of, nested_in
from crawler.model import Alert, Entry, EntryId, FeedState, PollClaim, Validators, id_of
from crawler.pool import Pool
from crawler.ports import Clock, Frontier
from crawler.push import Push
from crawler.read.document import Source, read
from crawler.read.feed import FeedDocument, Item
from crawler.schedule.health import FAILURES_TO_TELL, Health, health_of
from crawler.schedule.revisits import revised
from crawler.schedule.trust import asks_plainly
from crawler.telemetry import Answers, Tally

Held = Callable[[Sequence[EntryId]], Awaitable[Collection[EntryId]]]

NONE = timedelta(0)
OK = 200
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


async def none_held(_: Sequence[EntryId]) -> Collection[EntryId]:
    """Hold no article: nothing is fetched again."""
    return ()


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
        push: Push,
        held: Held = none_held,
    ) -> None:
        """Wire the use case.

        Args:
            frontier: The durable schedule.
            clock: The present.
            config: Rhythms, windows and limits.
            pool: Reads bodies.
            tally: Counts outcomes.
            answers: What publishers bore since the last commit.
            directory: Who the outlets are.
            push: Leases with hubs.
            held: Which entries led to articles that are kept; others are not fetched again.
        """
        self._frontier = frontier
        self._clock = clock
        self._config = config
        self._pool = pool
        self._tally = tally
        self._answers = answers
        self._directory = directory
        self._push = push
        self._held = held
        self._state_after = StateAfter(config)
        self._gathered: dict[str, Gathered] = {}  # polls that wait for a further answer

    def request_headers(self, claim: PollClaim) -> Mapping[str, bytes]:
        """Return the conditional headers to ask this feed with."""
        return request_headers(self._sent(claim))

    async def answered(self, claim: PollClaim, reply: Reply) -> str:
        """Commit what an answer means: validators, next poll, unseen entries.

        Or return a further address whose answer belongs to the same poll, to be handed in here
        too: the archive page before a gap, a sitemap of an index. Empty when all is committed.
        """
        if claim.key in self._gathered:
            return await self._gather(claim, self._gathered.pop(claim.key), reply)
        match self._judge(claim, reply):
            case Modified() as outcome:
                return await self._modified(claim, reply, outcome)
            case NotModified() as outcome:
                state = self._state_after.unchanged(claim.state, outcome, self._clock.now())
                await self._commit(claim, state, latency=reply.latency)
            case Throttled(until=until):
                await self._frontier.hold_host(host_of(claim.url), until)
                wait = max(until - self._clock.now(), self._state_after.retry_wait(claim.state))
                await self._commit_failure(claim, "throttled", wait)
            case Gone():
                await self._commit_failure(claim, "gone", GONE_WAIT)
            case Moved():
                await self.failed(claim, "moved")
            case Failed(reason=reason):
                await self.failed(claim, reason)
        return ""

    async def failed(self, claim: PollClaim, reason: str) -> None:
        """Commit that nothing came: the rhythm stays as it was learned, the next poll backs off.

        Where a further address failed, what came before it is committed.
        """
        if claim.key in self._gathered:
            await self._conclude(claim, self._gathered.pop(claim.key))
            return
        wait = self._state_after.retry_wait(claim.state)
        await self._commit_failure(claim, f"failed:{reason}", wait)

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

    async def _modified(self, claim: PollClaim, reply: Reply, outcome: Modified) -> str:
        try:
            document = await self._read(claim, reply)
        except SourceError as error:  # validators of what cannot be read are not worth keeping
            forgetful = replace(claim.state, validators=Validators())
            await self.failed(replace(claim, state=forgetful), error.reason)
            return ""
        entries = self._entries(claim, document)
        gathered = Gathered(outcome, document, reply.latency, entries)
        gathered.further += further_of(claim.state, gathered)
        return await self._go_on(claim, gathered)

    async def _gather(self, claim: PollClaim, gathered: Gathered, reply: Reply) -> str:
        """Add what a further address gave; one that gave nothing readable adds nothing."""
        with suppress(SourceError):
            if reply.status == OK:
                document = await self._read(claim, reply)
                entries = self._entries(claim, document)
                gathered.further += nested_in(claim.state, gathered, document)
                gathered.further += archives_before(claim.state, gathered, document, entries)
                gathered.stale += [] if entries or document.further else [gathered.asked]
                gathered.entries |= entries
        return await self._go_on(claim, gathered)

    async def _go_on(self, claim: PollClaim, gathered: Gathered) -> str:
        if not gathered.further:
            await self._conclude(claim, gathered)
            return ""
        gathered.asked = gathered.further.pop(0)
        self._gathered[claim.key] = gathered
        self._tally.count("further/asked")
        return gathered.asked[0]

    async def _conclude(self, claim: PollClaim, gathered: Gathered) -> None:
        entries = tuple(gathered.entries.values())
        changed = [entry.id for entry in revised(claim.state.versions, entries)]
        again = await self._held(changed) if changed else ()
        quiet = self._state_after.listed(
            claim.state,
            gathered,
            self._clock.now(),
            plainly=self._sent(claim) != claim.state.validators,
            changed=changed,
            again=again,
        )
        with_news = replace(quiet, last_new=self._clock.now())
        await self._commit(
            claim, with_news, entries, quiet=quiet, latency=gathered.latency, again=again
        )

    async def _read(self, claim: PollClaim, reply: Reply) -> FeedDocument:
        config, now = self._config, self._clock.now()
        source = Source(
            reply.url,
            reply.headers.get("content-type", ""),
            await self._directory.zone(claim.state.feed.outlet),
            config.max_body_bytes,
            now,
        )
        return await self._pool.run(reply.url, config.feed_deadline, read, reply.body, source)

    def _entries(self, claim: PollClaim, document: FeedDocument) -> dict[EntryId, Entry]:
        now = self._clock.now()
        entries: dict[EntryId, Entry] = {}
        for item in document.items:
            with suppress(SourceError):  # an address nobody could fetch
                entry = entry_of(claim.state, item, now)
                entries.setdefault(entry.id, entry)
        self._tally.count("entry/unusable", len(document.items) - len(entries))
        return entries

    # --- the step ---

    async def _commit_failure(self, claim: PollClaim, outcome: str, wait: timedelta) -> None:
        state = self._state_after.failed(claim.state, outcome, wait, self._clock.now())
        await self._commit(claim, state)

    async def _commit(
        self,
        claim: PollClaim,
        state: FeedState,
        entries: Sequence[Entry] = (),
        *,
        quiet: FeedState | None = None,
        latency: timedelta = NONE,
        again: Collection[EntryId] = (),
    ) -> None:
        now = self._clock.now()
        state = replace(state, health=health_of(state, now))
        state = await self._push.adjusted(claim.state, state)
        quiet = quiet and replace(quiet, health=state.health, next_poll=state.next_poll)
        alert = alert_of(claim.state, state, now)
        with self._answers.taken() as answers:
            unseen = await self._frontier.commit_poll(
                claim, state, entries, quiet=quiet, pause=self._pause_after(latency),
                answers=answers, alert=alert, again=again,
            )  # fmt: skip
        if unseen is None:
            self._tally.count("poll/lost")
        else:
            self._count(state.last_outcome, len(entries), unseen, len(again), alert)

    def _pause_after(self, latency: timedelta) -> timedelta:
        config = self._config
        return host_pause(config.host_pause, longest=config.crawl_delay_longest, latency=latency)

    def _count(
        self, outcome: str, listed: int, unseen: int, revised: int, alert: Alert | None
    ) -> None:
        self._tally.count(f"poll/{outcome}")
        self._tally.count("entry/listed", listed)
        self._tally.count("entry/new", unseen)
        if revised:
            self._tally.count("entry/revised", revised)
        if alert:
            self._tally.count(f"alert/{alert.health}")


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


def alert_of(before: FeedState, after: FeedState, now: datetime) -> Alert | None:
    """Return the alert that a poll gives rise to: the feed's health changed for bad, or back."""
    was, health = _told(before), _told(after)
    if was == health or not (was.alarming or health.alarming):
        return None
    feed = after.feed
    return Alert(feed.id, feed.outlet, after.address, was, health, after.last_outcome, now)


def _told(state: FeedState) -> Health:
    """Return a feed's health as alerts tell it: a first round without a network raises none."""
    early = state.last_answer is None and state.failures < FAILURES_TO_TELL
    health = Health(state.health)
    return Health.NEW if early and health in (Health.BLOCKED, Health.FAILING) else health
