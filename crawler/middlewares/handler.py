"""Scrapy's way to the guarded client."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Self

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.settings import BaseSettings

from crawler.middlewares.client import GuardedClient, Limits, Proxy

FIRST_BYTES = "first_bytes"  # meta: so much of the body is enough, what follows is not read


class GuardedDownloadHandler(BaseDownloadHandler):
    """Download through a `GuardedClient`, within the limits of the FETCH_ settings.

    Gives plain responses with their body unpacked: our own readers decide what the bytes are.
    Every failure is a `SourceError`.
    """

    lazy = True

    def __init__(self, crawler: Crawler, client: GuardedClient) -> None:
        super().__init__(crawler)
        self._client = client
        self._limits = _limits(crawler.settings)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Open the networks that the operator allows, and no other."""
        networks = crawler.settings.getlist("FETCH_ALLOW_ADDRESSES")
        return cls(crawler, GuardedClient(allowed=[ip_network(text) for text in networks]))

    async def download_request(self, request: Request) -> Response:
        """Return the answer to a request; a redirect is an answer too.

        Raises:
            SourceError: Nothing usable came.
        """
        fetched = await self._client.ask(
            request.url,
            _said(request),
            limits=self._granted(request),
            proxy=_proxy(request),
            form=request.body if request.method == "POST" else None,
        )
        request.meta["download_latency"] = fetched.latency.total_seconds()
        return Response(
            fetched.url,
            status=fetched.status,
            headers=fetched.headers,
            body=fetched.body,
            ip_address=fetched.ip,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    def _granted(self, request: Request) -> Limits:
        first = request.meta.get(FIRST_BYTES)
        return replace(self._limits, max_bytes=first, whole=False) if first else self._limits


def _limits(settings: BaseSettings) -> Limits:
    return Limits(
        header_deadline=timedelta(seconds=settings.getfloat("FETCH_HEADER_SECONDS")),
        body_deadline=timedelta(seconds=settings.getfloat("FETCH_BODY_SECONDS")),
        max_bytes=settings.getint("FETCH_MAX_BYTES"),
    )


def _said(request: Request) -> dict[str, bytes]:
    lines = {name.decode("ascii"): b", ".join(values) for name, values in request.headers.items()}
    lines.pop("Proxy-Authorization", None)  # the proxy's alone
    return lines


def _proxy(request: Request) -> Proxy | None:
    url = request.meta.get("proxy")
    return Proxy(url, request.headers.get("Proxy-Authorization") or b"") if url else None
