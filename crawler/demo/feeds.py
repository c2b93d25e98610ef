"""Feeds in the four formats publishers use, and with the faults they have."""

import json
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape

from crawler.demo.publishers import DemoFeed, DemoOutlet, DemoPage, Fault, FeedFormat

CONTENT_TYPES = {
    FeedFormat.RSS: "application/rss+xml",
    FeedFormat.RDF: "application/rdf+xml",
    FeedFormat.ATOM: "application/atom+xml",
    FeedFormat.JSON: "application/feed+json",
}
_SUMMARY_WORDS = 30


def render_feed(outlet: DemoOutlet, feed: DemoFeed, pages: Sequence[DemoPage]) -> bytes:
    """Return the feed that lists `pages` (newest first), faults included."""
    text = _WRITERS[feed.format](outlet, feed, pages)
    if feed.fault is Fault.MALFORMED:
        text = _malformed(text)
    lies = feed.fault is Fault.MISLABELLED
    return text.encode("windows-1251" if lies else "utf-8", "xmlcharrefreplace")


def _malformed(text: str) -> str:
    """The feed with bare ampersands, an entity XML does not know, and no end."""
    text = text.replace("&amp;", "&").replace("<description>", "<description>&nbsp;")
    return text.removesuffix("</channel></rss>")


def _rss(outlet: DemoOutlet, feed: DemoFeed, pages: Sequence[DemoPage]) -> str:
    items = "\n".join(
        f"<item><title>{escape(page.headline)}</title><link>{page.url}</link>"
        f'<guid isPermaLink="true">{page.url}</guid>'
        f"<pubDate>{format_datetime(page.published)}</pubDate>{_changed(page)}"
        f"<description>{escape(_summary(page))}</description></item>"
        for page in pages
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>\n'
        f"<title>{escape(outlet.name)}</title><link>{outlet.homepage}</link>\n"
        f'<atom:link rel="self" href="{feed.url}"/>'
        f"<description>{escape(outlet.name)}</description><language>{outlet.language}</language>\n"
        f"<ttl>60</ttl><lastBuildDate>{format_datetime(_newest(pages))}</lastBuildDate>\n"
        f"{items}\n</channel></rss>"
    )


def _changed(page: DemoPage) -> str:
    """Tell that a text was revised, as those do who care."""
    if page.modified == page.published:
        return ""
    return f"<atom:updated>{_iso(page.modified)}</atom:updated>"


def _rdf(outlet: DemoOutlet, feed: DemoFeed, pages: Sequence[DemoPage]) -> str:
    listed = "".join(f'<rdf:li rdf:resource="{page.url}"/>' for page in pages)
    items = "\n".join(
        f'<item rdf:about="{page.url}"><title>{escape(page.headline)}</title>'
        f"<link>{page.url}</link><description>{escape(_summary(page))}</description>"
        f"<dc:date>{_iso(page.published)}</dc:date><dc:language>{outlet.language}</dc:language>"
        f"</item>"
        for page in pages
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<channel rdf:about="{feed.url}"><title>{escape(outlet.name)}</title>'
        f"<link>{outlet.homepage}</link><description>{escape(outlet.name)}</description>"
        f"<items><rdf:Seq>{listed}</rdf:Seq></items></channel>\n{items}\n</rdf:RDF>"
    )


def _atom(outlet: DemoOutlet, feed: DemoFeed, pages: Sequence[DemoPage]) -> str:
    entries = "\n".join(
        f'<entry><id>{page.url}</id><title>{escape(page.headline)}</title><link href="{page.url}"/>'
        f"<published>{_iso(page.published)}</published><updated>{_iso(page.modified)}</updated>"
        f"<author><name>{escape(page.author or outlet.name)}</name></author>"
        f"<summary>{escape(_summary(page))}</summary></entry>"
        for page in pages
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">\n'
        f"<id>{outlet.homepage}</id><title>{escape(outlet.name)}</title>"
        f'<link rel="self" href="{feed.url}"/><updated>{_iso(_newest(pages))}</updated>\n'
        f"{entries}\n</feed>"
    )


def _json(outlet: DemoOutlet, feed: DemoFeed, pages: Sequence[DemoPage]) -> str:
    items = [
        {
            "id": page.url,
            "url": page.url,
            "title": page.headline,
            "summary": _summary(page),
            "date_published": _iso(page.published),
            "date_modified": _iso(page.modified),
            "language": outlet.language,
        }
        for page in pages
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": outlet.name}
    links = {"home_page_url": outlet.homepage, "feed_url": feed.url, "language": outlet.language}
    return json.dumps({**head, **links, "items": items}, ensure_ascii=False, indent=1)


_WRITERS = {
    FeedFormat.RSS: _rss,
    FeedFormat.RDF: _rdf,
    FeedFormat.ATOM: _atom,
    FeedFormat.JSON: _json,
}


def _summary(page: DemoPage) -> str:
    words = page.paragraphs[0].split() if page.paragraphs else []
    return " ".join(words[:_SUMMARY_WORDS]) + ("…" if len(words) > _SUMMARY_WORDS else "")


def _newest(pages: Sequence[DemoPage]) -> datetime:
    return max(page.modified for page in pages)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
