"""The robots files of hosts: remembered here, known to the frontier, or asked for once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.config import Config
from crawler.errors import SourceError
from crawler.fetch.politeness import NONE, host_pause
from crawler.fetch.reasons import FailReason
from crawler.fetch.robots import (
    UNREACHABLE_LIFETIME,
    Rules,
    product_token,
    recalled,
    stored,
)
from crawler.fetch.urls import host_of, origin_of
from crawler.middlewares.handler import FIRST_BYTES
from crawler.model import Host
from crawler.ports import Clock, Frontier

Download = Callable[[Request], Awaitable[Response]]
T = TypeVar("T")

ROBOTS_FILE = "robots_file"  # meta: our own question, which needs no permission
REMEMBERED = timedelta(minutes=10)  # in this process; the frontier remembers for a day
REMEMBERED_MOST = 1_024  # hosts
REMEMBERED_BYTES = 4_194_304  # of their files; rules of the worst kind take 33 times as much
LARGE = 65_536  # bytes; what reads them, or asks them, has a thread of its own
NO_FILE, NO_ANSWER = 404, 0  # statuses that stand for "asked in vain"
_ASTRAY = frozenset({FailReason.TOO_MANY_REDIRECTS, FailReason.SCHEME, FailReason.BAD_ADDRESS})


class RobotsFiles:
    """Knows what each host allows; several who ask for one file wait for one answer."""

    def __init__(
        self, frontier: Frontier, clock: Clock, config: Config, download: Download
    ) -> None:
        self._frontier = frontier
        self._clock = clock
        self._config = config
        self._download = download
        self._agent = product_token(config.user_agent)
        self._remembered: OrderedDict[Host, tuple[datetime, Rules]] = OrderedDict()
        self._bytes = 0  # of what is remembered
        self._asking: dict[Host, asyncio.Future[Rules]] = {}

    async def known(self, url: str) -> Rules | None:
        """Return the rules for an address as far as no request is needed for them."""
        origin = origin_of(url)
        until, rules = self._remembered.get(origin, (self._clock.now(), None))
        if rules is not None and self._clock.now() < until:
            return rules
        kept = await self._frontier.robots(origin)
        return None if kept is None else self._remember(origin, await self._recalled(kept))

    async def ask(self, url: str) -> Rules:
        """Return the rules for an address as its host gives them now.

        Raises:
            SourceError: The host cannot be reached; it will not be asked again for a minute.
        """
        origin = origin_of(url)
        if origin not in self._asking:
            asking = asyncio.ensure_future(self._fetched(url))
            self._asking[origin] = asking
            asking.add_done_callback(lambda _: self._asking.pop(origin))
        return await asyncio.shield(self._asking[origin])

    async def _fetched(self, url: str) -> Rules:
        """Ask; where the file lies at another host's own place, it speaks for that host too."""
        try:
            response = await self._download(self._question(url))
        except SourceError as error:
            if error.reason in _ASTRAY:  # RFC 9309, 2.3.1.2: as if there were no file
                return await self._keep(url, NO_FILE, b"")
            await self._keep(url, NO_ANSWER, b"")
            raise
        if origin_of(response.url) != origin_of(url) and _is_robots_address(response.url):
            await self._keep(response.url, response.status, response.body)
        return await self._keep(url, response.status, response.body)

    def _question(self, url: str) -> Request:
        parts = urlsplit(url)
        meta = {ROBOTS_FILE: True, FIRST_BYTES: self._config.robots_max_bytes}
        address = f"{parts.scheme}://{parts.netloc}/robots.txt"
        return Request(address, callback=NO_CALLBACK, meta=meta, dont_filter=True)

    async def _keep(self, url: str, status: int, body: bytes) -> Rules:
        origin, kept = origin_of(url), stored(status, body)
        rules = await self._recalled(kept)
        lifetime = self._config.robots_lifetime if rules.reachable else UNREACHABLE_LIFETIME
        await self._frontier.keep_robots(origin, kept, lifetime)
        if rules.reachable:
            await self._grant(host_of(url), rules.crawl_delay)
        return self._remember(origin, rules)

    async def _grant(self, host: Host, crawl_delay: timedelta | None) -> None:
        """Keep a Crawl-delay from now on, the request that brought it included."""
        longest = self._config.crawl_delay_longest
        pause = host_pause(NONE, crawl_delay=crawl_delay, longest=longest)
        await self._frontier.set_host_pause(host, pause)
        if pause:
            await self._frontier.hold_host(host, self._clock.now() + pause)

    async def _recalled(self, kept: bytes) -> Rules:
        read = partial(recalled, kept, self._agent, max_bytes=self._config.robots_max_bytes)
        return await _beside_the_loop(read, len(kept))

    def _remember(self, origin: Host, rules: Rules) -> Rules:
        lifetime = REMEMBERED if rules.reachable else UNREACHABLE_LIFETIME
        self._forget(origin)
        self._remembered[origin] = (self._clock.now() + lifetime, rules)
        self._bytes += rules.size
        while len(self._remembered) > REMEMBERED_MOST or self._bytes > REMEMBERED_BYTES:
            self._forget(next(iter(self._remembered)))
        return rules

    def _forget(self, origin: Host) -> None:
        if origin in self._remembered:
            self._bytes -= self._remembered.pop(origin)[1].size


async def allowed(rules: Rules, url: str) -> bool:
    """Tell whether an address may be asked, without holding up whatever else is going on."""
    return await _beside_the_loop(partial(rules.allows, url), rules.size)


async def _beside_the_loop(work: Callable[[], T], size: int) -> T:
    """Do what tens of thousands of rules can make a matter of a second; the usual is done here."""
    return await asyncio.to_thread(work) if size > LARGE else work()


def _is_robots_address(url: str) -> bool:
    return urlsplit(url).path == "/robots.txt"
