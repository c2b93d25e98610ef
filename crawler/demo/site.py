"""What the world answers when an address is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b
from urllib.parse import urlsplit

from crawler.demo.feeds import CONTENT_TYPES, render_feed
from crawler.demo.pages import render_front, render_page
from crawler.demo.publishers import DemoFeed, DemoOutlet, DemoPage, Fault
from crawler.demo.world import World
from crawler.model import SkipReason

_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response before it is put on the wire."""

    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    slow: bool = False

    @property
    def etag(self) -> str:
        """The validator a publisher would send, or empty where none applies."""
        return self.headers.get("ETag", "")

    @property
    def last_modified(self) -> str:
        """The other validator."""
        return self.headers.get("Last-Modified", "")


class Site:
    """The whole world by address, as it stands in one act."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pages = {page.url: page for page in world.pages}
        self._feeds = {
            feed.url: (outlet, feed) for outlet in world.outlets for feed in outlet.feeds
        }
        self._targets = {
            feed.target: (outlet, feed) for outlet, feed in self._feeds.values() if feed.target
        }
        self._outlets = {outlet.host: outlet for outlet in world.outlets}

    def answer(self, url: str) -> Answer:
        """Return what stands at `url` (absolute); 404 where nothing does."""
        if url in self._pages:
            return self._page(self._pages[url])
        if url in self._feeds:
            return self._feed(*self._feeds[url])
        if url in self._targets:
            return self._entries(*self._targets[url])
        return self._house(url)

    def _page(self, page: DemoPage) -> Answer:
        if page.skip is SkipReason.GONE:
            return Answer(410, b"<html><body><h1>410 Gone</h1></body></html>")
        if page.skip is SkipReason.NOT_HTML:
            return Answer(200, _PDF, "application/pdf")
        if page.skip is SkipReason.SAME_ARTICLE:
            return Answer(302, headers={"Location": self._origin(page)})
        kind = f"text/html; charset={page.outlet.encoding}"
        return _dated(render_page(page, self._world), kind, page.modified)

    def _origin(self, page: DemoPage) -> str:
        return next(other.url for other in self._world.everything if other.key == page.of[0])

    def _feed(self, outlet: DemoOutlet, feed: DemoFeed) -> Answer:
        if feed.fault is Fault.MISSING:
            return Answer(404, b"<html><body><h1>404 Not Found</h1></body></html>")
        if feed.fault is Fault.MOVED:
            return Answer(301, headers={"Location": feed.target})
        if feed.fault is Fault.HTML:
            return Answer(200, render_front(outlet, self._world))
        return self._entries(outlet, feed)

    def _entries(self, outlet: DemoOutlet, feed: DemoFeed) -> Answer:
        pages = self._world.listed(outlet, feed)
        charset = "; charset=windows-1251" if feed.fault is Fault.MISLABELLED else ""
        kind = CONTENT_TYPES[feed.format] + charset
        newest = max(page.modified for page in pages)
        answer = _dated(render_feed(outlet, feed, pages), kind, newest)
        return Answer(200, answer.body, kind, answer.headers, slow=feed.fault is Fault.SLOW)

    def _house(self, url: str) -> Answer:
        parts = urlsplit(url)
        outlet = self._outlets.get(parts.netloc)
        if outlet is not None and parts.path == "/":
            return Answer(200, render_front(outlet, self._world))
        if outlet is not None and parts.path == "/robots.txt" and outlet.robots:
            return Answer(200, outlet.robots.encode(), "text/plain; charset=utf-8")
        return Answer(404, b"<html><body><h1>404 Not Found</h1></body></html>")


def _dated(body: bytes, kind: str, modified: datetime) -> Answer:
    etag = f'"{blake2b(body, digest_size=8).hexdigest()}"'
    stamp = format_datetime(modified.astimezone(UTC), usegmt=True)
    return Answer(200, body, kind, {"ETag": etag, "Last-Modified": stamp})
