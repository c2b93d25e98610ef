"""Good manners towards hosts, for every request of every kind."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.config import Config
from crawler.errors import SourceError
from crawler.fetch.conditional import hold_until, outage_rest
from crawler.fetch.reasons import UNREACHED, FailReason
from crawler.fetch.robots import Rules
from crawler.fetch.urls import host_of
from crawler.middlewares import app_of
from crawler.middlewares.redirects import is_hop
from crawler.middlewares.robots import ROBOTS_FILE, Download, RobotsFiles, allowed
from crawler.model import Answer, EntryClaim, Host
from crawler.ports import Clock, Frontier
from crawler.telemetry import Answers

Sleep = Callable[[float], Awaitable[object]]

HUB = "hub"  # meta: a request that a feed invites us to send to its hub; no page is crawled
FURTHER = "further"  # meta: asked on a claim's account after its own address
WAITING_SHARE = 4  # of a lease: what robots file, wait and page take together must fit into it
COUNTED_MOST = 1_024  # hosts whose refusals or failures are counted
SENT_IN_VAIN = frozenset({
    FailReason.CONNECTION_LOST, FailReason.PROTOCOL, FailReason.HEADER_TIMEOUT,
    FailReason.BODY_TIMEOUT, FailReason.TOO_LARGE, FailReason.TRUNCATED, FailReason.BAD_ENCODING,
})  # fmt: skip
OUT_OF_REACH = UNREACHED - {FailReason.ROBOTS_UNREACHABLE}  # of that the file's answer told
_OK, _TOO_MANY_REQUESTS, _FIRST_ERROR = 200, 429, 500


class MannersMiddleware:
    """Ask for permission, wait for the host's turn, and heed what its answers ask of us.

    A claim covers one request. Whatever else is asked of a host on its account, a robots file or
    the next hop of a redirect, waits for a slot of its own.
    """

    def __init__(
        self,
        frontier: Frontier,
        clock: Clock,
        config: Config,
        download: Download,
        *,
        answers: Answers,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._frontier = frontier
        self._clock = clock
        self._robots = RobotsFiles(frontier, clock, config, download)
        self._answers = answers
        self._longest_wait = config.lease / WAITING_SHARE
        self._sleep = sleep
        self._refusals, self._outages = _InARow(), _InARow()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Wire it to the application; the engine that downloads is made later."""
        app = app_of(crawler)

        def download(request: Request) -> Awaitable[Response]:
            return crawler.engine.download_async(request)

        return cls(app.frontier, app.clock, app.config, download, answers=app.answers)

    async def process_request(self, request: Request) -> None:
        """Let a request pass when its host allows it and its turn has come.

        Raises:
            SourceError: It must not be asked (`robots`), or not now (`robots-unreachable`,
                `host-busy`, or why the robots file did not come).
        """
        if HUB in request.meta:
            await self._turn(request.url)
        elif ROBOTS_FILE not in request.meta:
            await self._permit(request)
        elif is_hop(request):
            await self._turn(request.url)

    async def process_response(self, request: Request, response: Response) -> Response:
        """Heed Retry-After and the publisher's word on text mining.

        Raises:
            SourceError: The page is not for us (`opted-out`).

        Source: RFC 9110, 10.2.3; W3C TDM Reservation Protocol
        """
        self._answers.note(answer_of(request, len(response.body), response.status))
        await self._heed(request, response)
        if _is_page(request, response) and response.headers.get("Tdm-Reservation") == b"1":
            raise SourceError(request.url, FailReason.OPTED_OUT, "its publisher reserves mining")
        return response

    async def process_exception(self, request: Request, exception: Exception) -> None:
        """Note a request that was sent in vain, and let a host rest that cannot be reached."""
        if not isinstance(exception, SourceError):
            return
        if exception.reason in SENT_IN_VAIN:
            self._answers.note(answer_of(request, 0, 0))
        if exception.reason in OUT_OF_REACH:
            await self._rest(host_of(request.url))

    async def _permit(self, request: Request) -> None:
        rules = await self._robots.known(request.url)
        hop, unknown = needs_own_turn(request), rules is None
        if hop and unknown:
            await self._turn(request.url)
        rules = rules or await self._robots.ask(request.url)
        await _refuse_disallowed(request.url, rules)
        if hop or unknown:
            await self._turn(request.url)

    async def _turn(self, url: str) -> None:
        wait = await self._frontier.next_slot(host_of(url))
        if wait > self._longest_wait:
            raise SourceError(url, FailReason.HOST_BUSY, f"its host is free in {wait}")
        if wait > timedelta(0):
            await self._sleep(wait.total_seconds())

    async def _heed(self, request: Request, response: Response) -> None:
        if response.status == _OK and not (self._refusals or self._outages):
            return
        host, refused = host_of(request.url), response.status == _TOO_MANY_REQUESTS
        refusals = self._refusals.count(host, happened=refused)
        said = {"retry-after": (response.headers.get("Retry-After") or b"").decode("latin-1")}
        until = hold_until(response.status, said, self._clock.now(), refusals=refusals)
        if until is not None:
            await self._frontier.hold_host(host, until)
        if response.status >= _FIRST_ERROR:
            await self._rest(host)
        else:
            self._outages.count(host, happened=False)

    async def _rest(self, host: Host) -> None:
        """Leave a host alone that fails again and again, so that no work is tried in vain."""
        rest = outage_rest(self._outages.count(host, happened=True))
        if rest:
            await self._frontier.hold_host(host, self._clock.now() + rest)


class _InARow:
    """How often in a row something happened to each host; of too many the first are forgotten."""

    def __init__(self) -> None:
        self._counts: OrderedDict[Host, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._counts)

    def count(self, host: Host, *, happened: bool) -> int:
        """Return how often it happened before; if it did not now, the row is at its end."""
        before = self._counts.pop(host, 0)
        if happened:
            self._counts[host] = before + 1
        if len(self._counts) > COUNTED_MOST:
            self._counts.popitem(last=False)
        return before


def needs_own_turn(request: Request) -> bool:
    """Tell whether a request comes on top of the one its claim covers."""
    return is_hop(request) or bool(request.meta.get(FURTHER))


def answer_of(request: Request, size: int, status: int) -> Answer:
    """Return what one request cost the host that was asked."""
    seconds = request.meta.get("download_latency", 0.0)
    return Answer(host_of(request.url), status, size, seconds)


async def _refuse_disallowed(url: str, rules: Rules) -> None:
    if not rules.reachable:
        problem = "its robots file cannot be read for now"
        raise SourceError(url, FailReason.ROBOTS_UNREACHABLE, problem)
    if not await allowed(rules, url):
        raise SourceError(url, FailReason.ROBOTS, "its robots file forbids it")


def _is_page(request: Request, response: Response) -> bool:
    return response.status == _OK and isinstance(request.meta.get("claim"), EntryClaim)
