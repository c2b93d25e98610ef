"""Whatever lists pages becomes one document: a feed, a sitemap, or an index of sitemaps."""

from dataclasses import dataclass, replace
from datetime import datetime

from crawler.read.detect import Form, form_of
from crawler.read.feed import FeedDocument, read_feed
from crawler.read.sitemap import current_pages, newest_children, read_sitemap, unpacked

CHILDREN_READ = 50  # sitemaps that an index names, the newest


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
    silent = not all(child.timed for child in sitemap.children)
    return replace(current_pages(sitemap, source.now), further=children, silent=silent)
