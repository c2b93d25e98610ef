"""Redirects, followed one hop at a time so that each is judged like any other request."""

from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.errors import SourceError
from crawler.fetch.reasons import FailReason
from crawler.fetch.urls import redirect_target

FOLLOWED = frozenset({301, 302, 303, 307, 308})
SOURCES, STATUSES = "redirect_urls", "redirect_reasons"  # meta, named as Scrapy names them
_DECIDED_ANEW = ("proxy", "_scheme_proxy", "_auth_proxy", "download_slot", "download_latency")


class RedirectsMiddleware:
    """Turn a redirect into the next request, whatever statuses the spider handles.

    Scrapy's own passes redirects by when a spider wants to see error pages, follows a loop to
    the end, warns where no Referer is wanted, and gives failures no name.
    """

    def __init__(self, most: int) -> None:
        self._most = most

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Follow as many hops as the settings grant."""
        return cls(crawler.settings.getint("REDIRECT_MAX_TIMES"))

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the request for the next hop, or the response when it is none.

        Raises:
            SourceError: The hop may not be followed (`scheme`, `bad-address`), is one too many,
                or leads back (`too-many-redirects`).
        """
        location = response.headers.get("Location")
        if response.status not in FOLLOWED or not location:
            return response
        been = [*request.meta.get(SOURCES, []), request.url]
        target = redirect_target(request.url, location)
        if target in been or len(been) > self._most:
            raise SourceError(been[0], FailReason.TOO_MANY_REDIRECTS, f"it leads on to {target}")
        return _next(request, target, been, response.status)


def is_hop(request: Request) -> bool:
    """Tell whether a redirect led to this request."""
    return SOURCES in request.meta


def _next(request: Request, target: str, been: list[str], status: int) -> Request:
    kept = {name: value for name, value in request.meta.items() if name not in _DECIDED_ANEW}
    trail = {SOURCES: been, STATUSES: [*request.meta.get(STATUSES, []), status]}
    hop = request.replace(url=target, meta=kept | trail, priority=request.priority + 1)
    hop.headers.pop("Proxy-Authorization", None)
    return hop
