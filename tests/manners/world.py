"""A web in memory under a virtual clock, and the real crawl's decisions living in it.

Real are the use case that polls, the frontier's twin, the manners, the robots files, the
redirects and the feed readers in their processes. Simulated are the clock and the wire: a
publisher is a function from a request to an answer.
"""

import asyncio
import itertools
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from scrapy import Request
from scrapy.http import Response

import settings
from crawler.config import Config
from crawler.directory import Directory
from crawler.errors import SourceError
from crawler.middlewares.manners import HUB, MannersMiddleware
from crawler.middlewares.redirects import RedirectsMiddleware
from crawler.model import (
    Claim,
    EntryClaim,
    EntryId,
    Feed,
    FeedId,
    FeedState,
    OutletId,
    PollClaim,
    WorkerId,
)
from crawler.poll import Poll
from crawler.pool import Pool
from crawler.push import Push
from crawler.schedule.health import Health, health_of
from crawler.store.clock import SimulatedClock
from crawler.store.hubs import MemoryHubs
from crawler.store.memory.frontier import MemoryFrontier
from crawler.store.memory.subscriptions import MemorySubscriptions
from crawler.telemetry import Answers, Tally
from crawler.visit import Visit, judge_failure, judge_status
from spiders.feeds import reason_of, reply_of

START = datetime(2026, 11, 2, 0, 7, tzinfo=UTC)  # a Monday
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONTH = 30 * DAY
ENVIRONMENT = {"KORDON_HOME": "/nowhere", "KORDON_WEBSUB_CALLBACK": "https://us.example/websub"}
SHIPPED = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
ME = WorkerId("manners 1")
SOON = 5 * SECOND  # a slot so near is waited for
ALL_BUT_OURS = "https://elsewhere.example"


@dataclass(frozen=True)
class Asked:
    """One request as the publisher saw it."""

    at: datetime
    url: str
    headers: Mapping[str, str]  # names in lower case
    status: int = 0
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def conditional(self) -> bool:
        return "if-none-match" in self.headers or "if-modified-since" in self.headers


@dataclass(frozen=True)
class Given:
    """What the publisher says; `fails` names a failure of the wire instead."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    takes: timedelta = timedelta(milliseconds=200)
    fails: str = ""


Publisher = Callable[[Asked], Given]
NOT_FOUND = Given(404)


class World:
    """Publishers, feeds that are polled, and everything that was asked."""

    def __init__(self, pool: Pool, **changes: object) -> None:
        self.config = Config.from_settings(SHIPPED | changes, ENVIRONMENT)
        self.clock = SimulatedClock(START)
        self.asked: list[Asked] = []
        self.tally = Tally()
        self.frontier = MemoryFrontier(
            self.clock,
            host_pause=self.config.host_pause,
            lease=self.config.lease,
            seen_window=self.config.seen_window,
            dead_window=self.config.dead_window,
        )
        self.pool = pool
        self.hubs = MemoryHubs()
        self.holds_articles = False  # of every page that was fetched
        self._publishers: dict[str, Publisher] = {}
        self._feeds: dict[FeedId, Feed] = {}
        self.start_worker()

    def start_worker(self) -> None:
        """Begin as a new process does: nothing is known but what the frontier knows."""
        answers, directory = Answers(), Directory(MemorySubscriptions(), ())
        use_case = (self.frontier, self.clock, self.config)
        self.push = Push(self.hubs, *use_case)
        self.poll = Poll(
            *use_case,
            self.pool,
            self.tally,
            answers=answers,
            directory=directory,
            push=self.push,
            held=self._held,
        )
        self.visit = Visit(*use_case, self.tally, answers=answers, dice=lambda: 0.5)
        self._manners = MannersMiddleware(
            *use_case, self._download, answers=answers, sleep=self._sleep
        )
        self._redirects = RedirectsMiddleware(self.config.max_redirects)

    # --- what a situation sets up ---

    def on(self, url: str, publisher: Publisher | Given) -> str:
        given = publisher if callable(publisher) else lambda _: publisher
        self._publishers[url] = given
        return url

    async def follow(self, *urls: str) -> None:
        """Poll these feeds from now on; a second time is what a restart does."""
        feeds = [Feed(FeedId(f"feed-{url}"), OutletId("outlet"), url) for url in urls]
        self._feeds |= {feed.id: feed for feed in feeds}
        await self.frontier.register(list(self._feeds.values()))

    async def restart(self) -> None:
        self.start_worker()
        await self.frontier.register(list(self._feeds.values()))

    async def live(self, span: timedelta = MONTH) -> None:
        """Work as a worker does until the span is over; nothing happens between turns."""
        end = self.clock.now() + span
        while (turn := (await self.frontier.census()).next_turn) and turn < end:
            self.clock.advance(max(turn - self.clock.now(), timedelta()))
            for claim in await self.frontier.claim(ME, 1):
                await self._work(claim)
        self.clock.advance(max(end - self.clock.now(), timedelta()))

    async def _held(self, entries: Sequence[EntryId]) -> Sequence[EntryId]:
        return entries if self.holds_articles else ()

    # --- what a check looks at ---

    def of(self, url: str, since: datetime = START) -> list[Asked]:
        return [asked for asked in self.asked if asked.url == url and asked.at >= since]

    def gaps(self, *urls: str) -> list[timedelta]:
        """The times between requests for these addresses, in order."""
        times = [asked.at for asked in self.asked if asked.url in urls]
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    def gaps_at(self, host: str) -> list[timedelta]:
        times = [asked.at for asked in self.asked if asked.url.startswith(f"https://{host}/")]
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    async def state(self, url: str) -> FeedState:
        return next(one for one in await self.frontier.feeds() if one.feed.url == url)

    async def health(self, url: str) -> Health:
        return health_of(await self.state(url), self.clock.now())

    # --- the wire ---

    async def _ask_hub(self, state: FeedState) -> None:
        wanted = await self.push.request(state)
        if wanted:
            meta = {HUB: True}
            await self._download(Request(wanted.url, method="POST", body=wanted.body, meta=meta))

    async def _work(self, claim: Claim) -> None:
        headers = self.poll.request_headers(claim) if isinstance(claim, PollClaim) else {}
        further = await self._ask(claim, claim.url, headers)
        while further:
            further = await self._ask(claim, further, {}, further=True)
        if isinstance(claim, PollClaim):
            await self._ask_hub(claim.state)

    async def _ask(
        self, claim: Claim, url: str, headers: Mapping[str, bytes], **meta: Any
    ) -> str | None:
        request = Request(url, headers=dict(headers), meta={"claim": claim, **meta})
        try:
            response = await self._download(request)
        except SourceError as error:
            return await self._failed(claim, reason_of(error))
        if isinstance(claim, PollClaim):
            return await self.poll.answered(claim, reply_of(response))
        return await self._page_answered(claim, response)

    async def _page_answered(self, claim: EntryClaim, response: Response) -> None:
        await self.visit.fetched(claim)
        trouble = judge_status(response.status)
        if trouble is None:
            await self.visit.done(claim)
        else:
            await self.visit.trouble(claim, trouble)

    async def _failed(self, claim: Claim, reason: str) -> None:
        if isinstance(claim, PollClaim):
            await self.poll.failed(claim, reason)
        else:
            await self.visit.fetched(claim)
            await self.visit.trouble(claim, judge_failure(reason))

    async def _download(self, request: Request) -> Response:
        """Ask as Scrapy's engine does: manners, the wire, manners again, redirects."""
        while True:
            await self._manners.process_request(request)
            try:
                response = self._answer(request)
            except SourceError as error:
                await self._manners.process_exception(request, error)
                raise
            response = await self._manners.process_response(request, response)
            followed = self._redirects.process_response(request, response)
            if isinstance(followed, Response):
                return followed
            request = followed

    def _answer(self, request: Request) -> Response:
        headers = {
            name.decode().lower(): b", ".join(values).decode("latin-1")
            for name, values in request.headers.items()
        }
        form = dict(parse_qsl(request.body.decode()))
        asked = Asked(self.clock.now(), request.url, headers, form=form)
        publisher = self._publishers.get(request.url.partition("?")[0], lambda _: NOT_FOUND)
        given = publisher(asked)
        self.asked.append(replace(asked, status=given.status))
        self.clock.advance(given.takes)
        if given.fails:
            raise SourceError(request.url, given.fails)
        request.meta["download_latency"] = given.takes.total_seconds()
        said = {name: value.encode("latin-1") for name, value in given.headers.items()}
        return Response(
            request.url, status=given.status, headers=said, body=given.body, request=request
        )

    async def _sleep(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))
        await asyncio.sleep(0)


# --- publishers ------------------------------------------------------------------------------


def rss(items: Sequence[tuple[str, datetime | None]], channel: str = "") -> bytes:
    """A feed of these addresses, the newest first."""
    entries = "".join(
        f"<item><title>{url}</title><link>{url}</link>"
        + (f"<pubDate>{format_datetime(at, usegmt=True)}</pubDate>" if at else "")
        + "</item>"
        for url, at in items
    )
    return (
        '<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom">'
        f"<channel><title>News</title>{channel}{entries}</channel></rss>"
    ).encode()


@dataclass
class Newsroom:
    """A feed that publishes an entry at each of its hours and tells the truth about it.

    Pages are not served under its own host but at one that allows everything.
    """

    every: timedelta = 6 * HOUR
    hours: Sequence[int] = range(24)
    headers: Mapping[str, str] = field(default_factory=dict)
    channel: str = ""
    validators: bool = True
    listed: int = 20
    until: datetime = START + 400 * DAY
    pages: str = ALL_BUT_OURS
    takes: timedelta = timedelta(milliseconds=200)

    def published(self, now: datetime) -> list[tuple[str, datetime | None]]:
        newest = min(now, self.until)
        count = int((newest - (START - 5 * DAY)) / self.every)
        instants = [START - 5 * DAY + n * self.every for n in range(max(0, count - 200), count + 1)]
        open_hours = [at for at in instants if at.hour in self.hours and at <= newest]
        return [(f"{self.pages}/{at:%m%d-%H%M%S}", at) for at in reversed(open_hours)]

    def __call__(self, asked: Asked) -> Given:
        items = self.published(asked.at)[: self.listed]
        body = rss(items, self.channel)
        if not self.validators:
            return Given(200, self.headers, body, self.takes)
        etag = f'"{items[0][0][-11:]}"'
        known = asked.headers.get("if-none-match") == etag
        headers = {"ETag": etag} | dict(self.headers)
        return Given(304 if known else 200, headers, b"" if known else body, self.takes)


def scripted(*answers: Given) -> Publisher:
    """Give these answers one after another; the last for ever."""
    left = list(answers)

    def answer(_: Asked) -> Given:
        with suppress(IndexError):
            return left.pop(0) if len(left) > 1 else left[0]
        raise AssertionError("a script has an answer")

    return answer


def late(first: Publisher, second: Publisher, at: datetime) -> Publisher:
    """Behave one way until an instant, and another from then on."""
    return lambda asked: (first if asked.at < at else second)(asked)


def moved(to: str, status: int = 301, **headers: str) -> Given:
    return Given(status, {"Location": to} | headers)


def robots(text: str, status: int = 200) -> Given:
    return Given(status, {}, text.encode())


def http_date(at: datetime) -> str:
    return format_datetime(at, usegmt=True)
