"""Use case: a claimed feed becomes a request, its outcome becomes the next poll."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
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
from crawler.push import Push
from crawler.read.detect import Form, form_of
from crawler.read.feed import FeedDocument, Item, read_feed
from crawler.read.sitemap import current_pages, newest_children, read_sitemap, unpacked
from crawler.schedule.backoff import retry_delay
from crawler.schedule.health import Health, health_of
from crawler.schedule.interval import next_wait, outside_skips, stable_jitter
from crawler.schedule.moves import gone_back, settled, sighted
from crawler.schedule.revisits import revised, versions_after
from crawler.schedule.rhythm import expected_gap, first_impression, learned, wait_for_news
from crawler.schedule.trust import (
    asks_plainly,
    judged,
    marks_of,
    marks_of_versions,
    unlisted,
    unmarked,
)
from crawler.telemetry import Answers, Tally

Held = Callable[[Sequence[EntryId]], Awaitable[Collection[EntryId]]]
Version = tuple[str, str]  # a further address, and what changes when its content does

NONE = timedelta(0)
OK = 200
CHILDREN_READ, CHILDREN_ASKED = 50, 3  # sitemaps of an index: candidates, and asked in one poll
ARCHIVES_ASKED = 5  # pages back from a gap
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
        self._gathered: dict[str, _Gathered] = {}  # polls that wait for a further answer

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
        return ""

    async def failed(self, claim: PollClaim, reason: str) -> None:
        """Commit that nothing came: the rhythm stays as it was learned, the next poll backs off.

        Where a further address failed, what came before it is committed.
        """
        if claim.key in self._gathered:
            await self._conclude(claim, self._gathered.pop(claim.key))
            return
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

    async def _modified(self, claim: PollClaim, reply: Reply, outcome: Modified) -> str:
        try:
            document = await self._read(claim, reply)
        except SourceError as error:  # validators of what cannot be read are not worth keeping
            forgetful = replace(claim.state, validators=Validators())
            await self.failed(replace(claim, state=forgetful), error.reason)
            return ""
        entries = self._entries(claim, document)
        gathered = _Gathered(outcome, document, reply.latency, entries)
        gathered.further += further_of(claim.state, gathered)
        return await self._go_on(claim, gathered)

    async def _gather(self, claim: PollClaim, gathered: "_Gathered", reply: Reply) -> str:
        """Add what a further address gave; one that gave nothing readable adds nothing."""
        with suppress(SourceError):
            if reply.status == OK:
                document = await self._read(claim, reply)
                entries = self._entries(claim, document)
                gathered.further += archives_before(claim.state, gathered, document, entries)
                gathered.stale += [] if entries else [gathered.asked]
                gathered.entries |= entries
        return await self._go_on(claim, gathered)

    async def _go_on(self, claim: PollClaim, gathered: "_Gathered") -> str:
        if not gathered.further:
            await self._conclude(claim, gathered)
            return ""
        gathered.asked = gathered.further.pop(0)
        self._gathered[claim.key] = gathered
        self._tally.count("poll/further")
        return gathered.asked[0]

    async def _conclude(self, claim: PollClaim, gathered: "_Gathered") -> None:
        entries = tuple(gathered.entries.values())
        changed = [entry.id for entry in revised(claim.state.versions, entries)]
        again = await self._held(changed) if changed else ()
        quiet = self._listed(claim, gathered, changed, again)
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

    # --- what it teaches ---

    def _unchanged(self, claim: PollClaim, outcome: NotModified) -> FeedState:
        state, now = claim.state, self._clock.now()
        since = state.last_answer or now
        rhythm = learned(state.rhythm, (), since=since, until=now)
        return self._answered(state, rhythm, "not-modified", outcome)

    def _listed(
        self,
        claim: PollClaim,
        gathered: "_Gathered",
        changed: Collection[EntryId],
        again: Collection[EntryId],
    ) -> FeedState:
        """Return the state that a body which was read leaves behind, when none of it is unseen.

        What it says was revised is a reason to send it, though no news.
        """
        state, now, outcome = claim.state, self._clock.now(), gathered.outcome
        entries = tuple(gathered.entries.values())
        news = unlisted(state, entries)
        plainly = self._sent(claim) != state.validators
        state = judged(state, outcome.validators, plainly=plainly, news=bool(news or changed))
        rhythm = rhythm_after(state, news, now)
        state = replace(
            state,
            wishes=wishes_of(gathered.document),
            stale=marks_of_versions(gathered.stale, state.stale),
            versions=versions_after(state.versions, entries, again, delta=outcome.delta),
            listed=marks_of(news if outcome.delta else entries, state.listed * outcome.delta),
            last_listed=now,
            last_news=now if news else state.last_news,
            gap_seconds=expected_gap(rhythm).total_seconds() if news else state.gap_seconds,
        )
        return self._answered(state, rhythm, "modified", outcome)

    def _answered(
        self, state: FeedState, rhythm: Rhythm, outcome: str, answer: Modified | NotModified
    ) -> FeedState:
        now = self._clock.now()
        interval = self._interval(state, rhythm, answer.validators)
        state = settled(sighted(state, answer.moved_to, now), now)
        return replace(
            state,
            rhythm=rhythm,
            vain_changes=0 if outcome == "not-modified" else state.vain_changes,
            validators=answer.validators,
            interval_seconds=interval.total_seconds(),
            failures=0,
            last_poll=now,
            last_answer=now,
            last_outcome=outcome,
            next_poll=self._next_poll(state, interval, answer.floor),
        )

    def _interval(self, state: FeedState, rhythm: Rhythm, validators: Validators) -> timedelta:
        config = self._config
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
        again: Collection[EntryId] = (),
    ) -> None:
        config = self._config
        pause = host_pause(config.host_pause, longest=config.crawl_delay_longest, latency=latency)
        now = self._clock.now()
        state = replace(state, health=health_of(state, now))
        state = await self._push.adjusted(claim.state, state)
        quiet = quiet and replace(quiet, health=state.health, next_poll=state.next_poll)
        alert = alert_of(claim.state, state, now)
        with self._answers.taken() as answers:
            unseen = await self._frontier.commit_poll(
                claim, state, entries, quiet=quiet, pause=pause, answers=answers, alert=alert,
                again=again,
            )  # fmt: skip
        self._tally.count(f"poll/{state.last_outcome}")
        self._tally.count("entry/listed", len(entries))
        self._tally.count("entry/new", unseen)
        if again:
            self._tally.count("entry/revised", len(again))
        if alert:
            self._tally.count(f"alert/{alert.health}")


@dataclass(slots=True)
class _Gathered:
    """A poll whose first answer leads on to others."""

    outcome: Modified
    document: FeedDocument
    latency: timedelta
    entries: dict[EntryId, Entry]
    further: list[Version] = field(default_factory=list)  # still to be asked
    asked: Version = ("", "")  # whose answer comes next
    archives: int = 0
    stale: list[Version] = field(default_factory=list)  # sitemaps without anything recent


@dataclass(frozen=True, slots=True)
class Source:
    """What a worker process needs to know of a body it reads."""

    url: str
    content_type: str
    zone: str
    max_bytes: int  # once more unpacked
    now: datetime


def read(body: bytes, source: Source) -> FeedDocument:
    """Read a feed, a sitemap or an index of sitemaps in a worker process."""
    body = unpacked(body, source.url, max_bytes=source.max_bytes)
    if form_of(body) is not Form.SITEMAP:
        kind = source.content_type
        return read_feed(body, url=source.url, content_type=kind, zone=source.zone)
    sitemap = read_sitemap(body, url=source.url, zone=source.zone)
    children = newest_children(sitemap.children, now=source.now, most=CHILDREN_READ)
    return replace(current_pages(sitemap, source.now), further=children)


def further_of(state: FeedState, gathered: _Gathered) -> list[Version]:
    """Return what must be asked before a poll is whole: sitemaps of an index, or an archive."""
    if gathered.document.further:
        return unmarked(state.stale, gathered.document.further)[:CHILDREN_ASKED]
    if gathered.outcome.delta:
        return []
    return archives_before(state, gathered, gathered.document, gathered.entries)


def archives_before(
    state: FeedState,
    gathered: _Gathered,
    document: FeedDocument,
    entries: Mapping[EntryId, Entry],
) -> list[Version]:
    """Return the archive page before one that holds nothing the feed listed when last read.

    Source: RFC 5005, 4
    """
    gap = bool(state.listed) and len(unlisted(state, list(entries.values()))) == len(entries)
    if not (document.archive and gap and entries) or gathered.archives == ARCHIVES_ASKED:
        return []
    gathered.archives += 1
    return [(document.archive, "")]


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
    was, health = Health(before.health), Health(after.health)
    if was == health or not (was.alarming or health.alarming):
        return None
    feed = after.feed
    return Alert(feed.id, feed.outlet, after.address, was, health, after.last_outcome, now)
