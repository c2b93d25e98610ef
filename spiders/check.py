"""Addresses that may be feeds, each asked once, as politely as in a crawl."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any, Self

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.app import App
from crawler.checking import Checked, refused
from crawler.errors import SourceError
from crawler.fetch.reasons import FailReason
from crawler.fetch.urls import host_of
from crawler.middlewares import app_of

LONGEST_WAIT = timedelta(minutes=1)  # for a host that a crawl is asking, or that wants to rest


class CheckSpider(Spider):
    """Ask every address when its host's turn comes; what it shows is `crawler.checking`."""

    name = "check"

    def __init__(
        self,
        app: App,
        addresses: Sequence[str],
        found: Callable[[Checked], None],
        **kwargs: Any,  # noqa: ANN401 - Scrapy's
    ) -> None:
        super().__init__(**kwargs)
        self._app = app
        self._addresses = addresses
        self._found = found

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401
        """Take the wired application from the running crawl."""
        return super().from_crawler(crawler, app_of(crawler), *args, **kwargs)

    async def start(self) -> AsyncIterator[Request]:
        """Yield one request for each address, with its host's pauses between."""
        for address in self._addresses:
            try:
                await self._turn(address)
            except SourceError as error:
                self._found(refused(address, error))
                continue
            yield Request(
                address,
                callback=self.answered,
                errback=self.failed,
                cb_kwargs={"address": address},
                meta={"address": address},
                dont_filter=True,
            )

    async def _turn(self, address: str) -> None:
        wait = await self._app.frontier.next_slot(host_of(address))
        if wait > LONGEST_WAIT:
            raise SourceError(address, FailReason.HOST_BUSY, f"its host is free in {wait}")
        await asyncio.sleep(wait.total_seconds())

    async def answered(self, response: Response, address: str) -> None:
        """Hand the answer to the use case, and what it shows to whoever wants to know."""
        kind = response.headers.get(b"Content-Type") or b""
        checked = await self._app.check.answered(
            address,
            status=response.status,
            answered_by=response.url,
            content_type=kind.decode("latin-1"),
            body=response.body,
        )
        self._found(checked)

    def failed(self, failure: Failure) -> None:
        """Tell why nothing came."""
        address = failure.request.meta["address"]  # type: ignore[attr-defined]  # Scrapy's
        error = failure.value
        if not isinstance(error, SourceError):
            error = SourceError(address, type(error).__name__, str(error))
        self._found(refused(address, error))
