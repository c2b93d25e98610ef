"""The crawl: due feeds and entries become requests, replies become polls and pages."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Self

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.app import App
from crawler.errors import SourceError, StoreError
from crawler.ingest import FetchedPage, PreparedArticle
from crawler.middlewares import app_of
from crawler.middlewares.manners import FURTHER, HUB
from crawler.model import Claim, EntryClaim, Page, PollClaim
from crawler.poll import Reply
from crawler.push import HubRequest
from crawler.shift import Shift
from crawler.visit import Retry, judge_body, judge_failure, judge_status


class FeedsSpider(Spider):
    """Ask for what the frontier hands out; which and when is decided there."""

    name = "feeds"

    def __init__(self, app: App, shift: Shift, **kwargs: Any) -> None:  # noqa: ANN401 - Scrapy's
        super().__init__(**kwargs)
        self._app = app
        self._shift = shift
        self._mending: set[asyncio.Task[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401
        """Wire the spider to the application and hear how each item ends."""
        spider = super().from_crawler(crawler, app_of(crawler), *args, **kwargs)
        crawler.signals.connect(spider.item_ended, signals.item_scraped)
        crawler.signals.connect(spider.item_ended, signals.item_dropped)
        crawler.signals.connect(spider.item_failed, signals.item_error)
        crawler.signals.connect(spider.answer_failed, signals.spider_error)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield one request for each claim, for as long as the shift lasts."""
        async for claim in self._shift:
            if isinstance(claim, PollClaim) or not await self._passed_over(claim):
                yield self._request(claim)

    async def _passed_over(self, claim: EntryClaim) -> bool:
        """End the claim of an entry that its feed's words show to be off topic."""
        skipped = await self._app.ingest.passed_over(claim.entry)
        if skipped is None:
            return False
        async with self._leaving(claim):
            await self._app.visit.passed_over(claim, skipped)
            self._shift.end(claim)
        return True

    def _request(self, claim: Claim) -> Request:
        if isinstance(claim, PollClaim):
            headers = dict(self._app.poll.request_headers(claim))
            return self._asking(claim, self.feed_answered, headers)
        return self._asking(claim, self.page_answered)

    def _asking(
        self,
        claim: Claim,
        callback: Callable[..., Any],
        headers: dict[str, bytes] | None = None,
        url: str = "",
    ) -> Request:
        return Request(
            url or claim.url,
            callback=callback,
            errback=self.failed,
            headers=headers,
            cb_kwargs={"claim": claim},
            meta={"claim": claim, FURTHER: bool(url)},
            dont_filter=True,
        )

    async def feed_answered(self, response: Response, claim: PollClaim) -> AsyncIterator[Request]:
        """Hand a feed's answer to the poll use case, which commits it or wants to see more."""
        async with self._leaving(claim):
            further = await self._app.poll.answered(claim, reply_of(response))
            if further:
                yield self._asking(claim, self.feed_answered, url=further)
                return
            self._shift.end(claim)
            wanted = await self._app.push.request(claim.state)
            if wanted:
                yield self._to_hub(wanted)

    def _to_hub(self, wanted: HubRequest) -> Request:
        """Ask a hub for a lease; what comes of it shows when the hub calls back, or does not."""
        return Request(
            wanted.url,
            method="POST",
            body=wanted.body,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            callback=self.hub_answered,
            errback=self.hub_failed,
            meta={HUB: True},
            dont_filter=True,
        )

    def hub_answered(self, response: Response) -> None:
        """Count what hubs say."""
        self._app.tally.count(f"hub/http-{response.status}")

    def hub_failed(self, failure: Failure) -> None:
        """Count hubs that cannot be reached; they are asked again in a day."""
        self._app.tally.count(f"hub/failed:{reason_of(failure.value)}")

    async def page_answered(
        self, response: Response, claim: EntryClaim
    ) -> AsyncIterator[FetchedPage]:
        """Free the host, then pass a readable page to the pipelines."""
        async with self._leaving(claim):
            await self._app.visit.fetched(claim, latency_of(response))
            trouble = judge_status(response.status) or judge_body(response.body)
            if trouble is None:
                yield FetchedPage(claim, self._page(response, claim))
            else:
                await self._app.visit.trouble(claim, trouble)
                self._shift.end(claim)

    async def failed(self, failure: Failure) -> None:
        """Tell the frontier why a fetch brought nothing."""
        claim = claim_of(failure)
        async with self._leaving(claim):
            if isinstance(failure.value, StoreError):
                raise failure.value
            reason = reason_of(failure.value)
            if isinstance(claim, PollClaim):
                await self._app.poll.failed(claim, reason)
            else:
                await self._app.visit.fetched(claim)
                await self._app.visit.trouble(claim, judge_failure(reason))
            self._shift.end(claim)

    @asynccontextmanager
    async def _leaving(self, claim: Claim) -> AsyncIterator[None]:
        """Leave the claim for later when the store fails in the block: nothing else is at fault."""
        try:
            yield
        except StoreError as error:
            self._app.tally.count("error/store")
            await self._shift.leave(claim, error)

    def item_ended(self, item: FetchedPage | PreparedArticle) -> None:
        """Make room: the item has its place, or was dropped with the frontier told."""
        self._shift.end(item.claim)

    def item_failed(self, item: FetchedPage | PreparedArticle, failure: Failure) -> None:
        """Give an entry back whose item broke a pipeline."""
        self._mend(item.claim, failure.value)

    def answer_failed(self, failure: Failure, response: Response | Failure) -> None:
        """Give a claim back whose answer broke a callback."""
        self._mend(claim_of(response), failure.value)

    def _mend(self, claim: Claim, error: BaseException | None) -> None:
        """Scrapy does not wait for what a signal's receiver awaits, so it becomes a task."""
        task = asyncio.create_task(self._broken(claim, error))
        self._mending.add(task)
        task.add_done_callback(self._mending.discard)

    async def _broken(self, claim: Claim, error: BaseException | None) -> None:
        """End a claim that met a fault of the store's, or of ours."""
        async with self._leaving(claim):
            if isinstance(error, StoreError):
                raise error
            self._app.tally.count(f"error/{type(error).__name__}")
            if isinstance(claim, PollClaim):
                await self._app.poll.failed(claim, "broken")
            else:
                await self._app.visit.trouble(claim, Retry("broken"))
            self._shift.end(claim)

    def _page(self, response: Response, claim: EntryClaim) -> Page:
        kind = response.headers.get(b"Content-Type") or b""
        return self._app.visit.page(
            claim, url=response.url, body=response.body, content_type=kind.decode("latin-1")
        )


def reply_of(response: Response) -> Reply:
    """Return a Scrapy response in the words of `crawler.poll`."""
    meta = response.meta
    hops = zip(meta.get("redirect_reasons", ()), meta.get("redirect_urls", ()), strict=False)
    headers = {name.decode("latin-1").lower(): b", ".join(values).decode("latin-1")
               for name, values in response.headers.items()}  # fmt: skip
    return Reply(
        status=response.status,
        url=response.url,
        headers=headers,
        body=response.body,
        redirects=tuple((int(why), url) for why, url in hops if str(why).isdigit()),
        latency=latency_of(response),
    )


def latency_of(response: Response) -> timedelta:
    """Return how long the host took to answer."""
    return timedelta(seconds=response.meta.get("download_latency", 0.0))


def claim_of(answer: Response | Failure) -> Claim:
    """Return the claim that a request was made for, whatever came of it."""
    claim: Claim = answer.request.meta["claim"]  # type: ignore[union-attr]  # Scrapy puts it there
    return claim


def reason_of(error: BaseException | None) -> str:
    """Return the stable word under which a failed fetch is counted."""
    return error.reason if isinstance(error, SourceError) else type(error).__name__
