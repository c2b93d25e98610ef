"""Fuzz what reads strangers' bytes: bench/fuzz/fuzz.py TARGET [libFuzzer's options].

    .venv/bin/python -m pip install atheris             # not locked: Linux and macOS only
    .venv/bin/python bench/fuzz/fuzz.py feeds -max_total_time=600

Targets: `feeds` (feeds of every format), `sitemaps`, `pages` (from bytes to an article or a skip),
`robots`, `dates`, `addresses`. A `SourceError` is an answer; any other exception is a finding, and
so is what takes longer than `-timeout` (10 s unless given) or more memory than `-rss_limit_mb`.
Each target begins with seeds of its own; findings become tests.
"""

import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
with atheris.instrument_imports(include=["crawler"]):
    from crawler.desk import desk_of
    from crawler.errors import SourceError
    from crawler.fetch.robots import read_robots
    from crawler.fetch.urls import asked_address, canonical_address
    from crawler.ingest import prepare
    from crawler.model import Entry, EntryId, FeedId, OutletId, Page, TopicId
    from crawler.read.dates import read_date
    from crawler.read.document import Source, read
    from crawler.read.sitemap import read_sitemap, unpacked

NOW = datetime(2026, 11, 22, tzinfo=UTC)
URL = "https://a.example/feed"
TOPICS = (TopicId("ukraine-border"),)
ENTRY = Entry(EntryId("0" * 20), URL, OutletId("outlet"), FeedId("feed"))
MEGABYTE = 1_048_576
Target = Callable[[bytes], object]


def feeds(data: bytes) -> None:
    document = read(data, Source(URL, "", "Europe/Kyiv", MEGABYTE, NOW))
    for item in document.items:
        asked_address(item.url)


def sitemaps(data: bytes) -> None:
    read_sitemap(unpacked(data, URL, max_bytes=MEGABYTE), url=URL)


def pages(data: bytes) -> None:
    prepare(Page(ENTRY, URL, data, "text/html", NOW), desk_of(TOPICS))


def robots(data: bytes) -> None:
    rules = read_robots(200, data, "Kordon", max_bytes=512_000)
    rules.allows(URL)
    assert rules.crawl_delay is None or rules.crawl_delay.total_seconds() >= 0


def dates(data: bytes) -> None:
    moment = read_date(data.decode("utf-8", "replace"), zone="Europe/Kyiv")
    assert moment is None or moment.tzinfo is UTC


def addresses(data: bytes) -> None:
    known = canonical_address(data.decode("utf-8", "replace"))
    assert canonical_address(known) == known


RSS = b"""<?xml version="1.0" encoding="windows-1251"?><rss version="2.0"><channel><ttl>60</ttl>
<item><title><![CDATA[One &amp; two]]></title><link>/1</link><pubDate>Sun, 22 Nov 2026 10:00:00
+0200</pubDate><author>a@b.example (A)</author></item></channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://a.example/"><entry><title
type="html">&lt;b&gt;x</title><link href="1"/><updated>2026-11-22T10:00:00Z</updated></entry>
</feed>"""
JSON = b'{"version":"https://jsonfeed.org/version/1.1","items":[{"url":"https://a.example/1"}]}'
SITEMAP = b"""<urlset xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>/1</loc>
<news:news><news:publication_date>2026-11-22</news:publication_date></news:news></url></urlset>"""
INDEX = b"<sitemapindex><sitemap><loc>/1.xml</loc><lastmod>2026</lastmod></sitemap></sitemapindex>"
PAGE = (
    b"""<!doctype html><html lang="uk"><head><title>T</title><script type="application/ld+json">
{"@type":"NewsArticle","headline":"H","datePublished":"2026-11-22T10:00:00Z"}</script></head><body>
<article><h1>H</h1><p>"""
    + b"word " * 200
    + b"</p></article></body></html>"
)

TARGETS: dict[str, tuple[Target, Sequence[bytes]]] = {
    "feeds": (feeds, (RSS, ATOM, JSON, SITEMAP)),
    "sitemaps": (sitemaps, (SITEMAP, INDEX)),
    "pages": (pages, (PAGE,)),
    "robots": (robots, (b"User-agent: *\nDisallow: /*d$\nCrawl-delay: 2",)),
    "dates": (dates, ("22 листопада 2026, 10:00".encode(), b"2026-11-22T10:00:00+02:00")),
    "addresses": (addresses, (b"https://a.example/%D0%BA?utm_source=x#y", b"http://[::1]:80/..")),
}


def tolerant(target: Target) -> Target:
    """Return the target with refusals taken for answers."""

    def run(data: bytes) -> None:
        try:
            target(data)
        except SourceError:
            return

    return run


def main(name: str, options: Sequence[str]) -> None:
    target, seeds = TARGETS[name]
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(seeds):
            Path(folder, f"seed-{number}").write_bytes(seed)
        limits = ["-timeout=10", "-rss_limit_mb=2048", *options]
        atheris.Setup([sys.argv[0], *limits, folder], tolerant(target))
        atheris.Fuzz()


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"usage: fuzz.py {{{','.join(TARGETS)}}} [options of libFuzzer]")
    main(sys.argv[1], sys.argv[2:])
