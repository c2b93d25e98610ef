"""A real Scrapy crawl, in the test's own event loop, with Kordon's own settings."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.http import Response
from scrapy.settings import Settings
from twisted.python.failure import Failure

import settings
from crawler.config import Config
from crawler.store.clock import SimulatedClock
from crawler.store.memory.frontier import MemoryFrontier
from crawler.telemetry import Answers

SHIPPED = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
IN_TESTS = {
    "FETCH_ALLOW_ADDRESSES": ("127.0.0.0/8",),
    "HOST_RATE_PER_SECOND": 10_000,
    "ITEM_PIPELINES": {},
    "SPIDER_MODULES": [],
    "USER_AGENT": "Kordon/0.1",
}


@dataclass
class Crawled:
    """What a crawl brought, by the address first asked for."""

    answers: dict[str, Response] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)  # reasons


class Asker(Spider):
    """Ask for addresses and write down what comes, as the feeds spider does."""

    name = "asker"

    def __init__(self, urls: list[str], meta: dict[str, Any], crawled: Crawled) -> None:
        super().__init__()
        self.urls, self.meta, self.crawled = urls, meta, crawled

    async def start(self):
        for url in self.urls:
            meta = {"asked": url, "handle_httpstatus_all": True, "verbatim_url": True}
            yield Request(url, self.answered, errback=self.failed, meta=meta | self.meta)

    def answered(self, response: Response) -> None:
        self.crawled.answers[response.meta["asked"]] = response

    def failed(self, failure: Failure) -> None:
        asked = failure.request.meta["asked"]
        self.crawled.failures[asked] = getattr(failure.value, "reason", repr(failure.value))


def frontier_for(config: Config, clock: SimulatedClock) -> MemoryFrontier:
    return MemoryFrontier(
        clock,
        host_pause=config.host_pause,
        lease=config.lease,
        seen_window=config.seen_window,
        dead_window=config.dead_window,
    )


def app_for(config: Config) -> SimpleNamespace:
    """Return as much of an application as middlewares ask for."""
    clock = SimulatedClock(datetime(2026, 11, 22, 12, 0, tzinfo=UTC))
    frontier = frontier_for(config, clock)
    return SimpleNamespace(config=config, clock=clock, frontier=frontier, answers=Answers())


def crawler_for(spider: type[Spider], **changes: Any) -> Crawler:
    values = SHIPPED | IN_TESTS | changes
    made = AsyncCrawlerRunner(Settings(values)).create_crawler(spider)
    made.settings.set("KORDON_APP", app_for(Config.from_settings(values, {})))
    return made


async def crawl(*urls: str, meta: dict[str, Any] | None = None, **changes: Any) -> Crawled:
    """Ask for addresses at once and return what came."""
    crawled = Crawled()
    crawler = crawler_for(Asker, **changes)
    runner = AsyncCrawlerRunner(crawler.settings)
    await runner.crawl(crawler, urls=list(urls), meta=meta or {}, crawled=crawled)
    return crawled
