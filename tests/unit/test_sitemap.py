"""Are news sitemaps read, archives left alone, and bombs refused?"""

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from crawler.errors import SourceError
from crawler.read.sitemap import Child, current_pages, newest_children, read_sitemap, unpacked

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
URL = "https://a.example/sitemap.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
)
NEWS = """<news:news><news:publication><news:name>Paper</news:name><news:language>uk</news:language>
</news:publication><news:publication_date>{at}</news:publication_date>
<news:title>Черга &amp; кордон</news:title></news:news>"""


def urls(*inner):
    return f"<urlset {SPACES}>{''.join(f'<url>{one}</url>' for one in inner)}</urlset>".encode()


def pages(body):
    return current_pages(read_sitemap(body, url=URL), NOW).items


def test_a_news_entry_is_read_whole():
    body = urls("<loc>https://a.example/one</loc>" + NEWS.format(at="2026-11-22T10:00:00+02:00"))
    [item] = pages(body)
    assert (item.url, item.title, item.language) == (
        "https://a.example/one", "Черга & кордон", "uk",
    )  # fmt: skip
    assert item.published == NOW - timedelta(hours=4)


@pytest.mark.parametrize(
    ("dates", "listed"),
    [
        (NEWS.format(at="2026-11-22"), True),
        (NEWS.format(at="2026-11-18"), False),
        ("<lastmod>2026-11-21T08:00:00Z</lastmod>", True),
        ("<lastmod>2024-01-01</lastmod>", False),
        ("", False),
        (NEWS.format(at="soon") + "<lastmod>2026-11-22</lastmod>", True),
        ("<lastmod>2027-11-22</lastmod>", False),
    ],
    ids=["today", "last week", "changed", "old", "no date", "a date nobody reads", "next year"],
)
def test_only_recent_pages_are_taken(dates, listed):
    assert bool(pages(urls("<loc>https://a.example/one</loc>" + dates))) is listed


def test_a_bare_date_is_no_time_of_publication():
    body = urls("<loc>https://a.example/one</loc>" + NEWS.format(at="2026-11-22"))
    assert pages(body)[0].published is None


@pytest.mark.parametrize("loc", ["", "ftp://a.example/x", "javascript:x", "http://"])
def test_a_page_without_a_web_address_is_dropped(loc):
    assert pages(urls(f"<loc>{loc}</loc>" + NEWS.format(at="2026-11-22"))) == ()


def test_the_recent_pages_of_a_long_sitemap_may_come_last():
    old = [f"<loc>https://a.example/{n}</loc><lastmod>2020-01-01</lastmod>" for n in range(6_000)]
    new = "<loc>https://a.example/new</loc><lastmod>2026-11-22</lastmod>"
    assert [item.url for item in pages(urls(*old, new))] == ["https://a.example/new"]


def test_an_index_names_its_sitemaps():
    body = (
        f"<sitemapindex {SPACES}><sitemap><loc>/one.xml</loc><lastmod>2026-11-22T10:00:00Z"
        "</lastmod></sitemap><sitemap><loc>two.xml</loc></sitemap><sitemap><loc>three.xml</loc>"
        "<lastmod>2026-11-22</lastmod></sitemap></sitemapindex>"
    ).encode()
    midnight = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    assert read_sitemap(body, url=URL).children == (
        Child("https://a.example/one.xml", NOW - timedelta(hours=2)),
        Child("https://a.example/two.xml", None, timed=False),
        Child("https://a.example/three.xml", midnight, timed=False),
    )


def test_of_an_index_news_comes_first_and_what_changed_long_ago_not_at_all():
    children = [
        Child("https://a.example/pages.xml", NOW),
        Child("https://a.example/news.xml", None),
        Child("https://a.example/2020.xml", NOW - 900 * DAY),
    ]
    found = [url for url, _ in newest_children(children, now=NOW, most=9)]
    assert found == ["https://a.example/news.xml", "https://a.example/pages.xml"]


def test_a_sitemap_that_changed_is_another_version():
    before, after = (newest_children([Child(URL, NOW + n * DAY)], now=NOW, most=1) for n in (0, 1))
    assert before != after


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'<!DOCTYPE urlset [<!ENTITY a "b">]><urlset>&a;</urlset>', "doctype"),
        ("<!DOCTYPE urlset><urlset/>".encode("utf-16"), "doctype"),
        (b"<!--" + b"x" * 20_000 + b"--><!doctype urlset><urlset/>", "doctype"),
        (b"<rss/>", "not-a-sitemap"),
        (b"<urls:ws:date/>", "not-a-sitemap"),
        (b"", "not-a-sitemap"),
        (b"\xff\xfe\x00", "not-a-sitemap"),
    ],
)
def test_what_is_no_plain_sitemap_is_refused(body, reason):
    with pytest.raises(SourceError) as refusal:
        read_sitemap(body, url=URL)
    assert refusal.value.reason == reason


def test_a_body_packed_once_more_is_unpacked():
    assert unpacked(gzip.compress(b"<urlset/>"), URL, max_bytes=100) == b"<urlset/>"
    assert unpacked(b"<urlset/>", URL, max_bytes=1) == b"<urlset/>"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (gzip.compress(bytes(10_000_000), mtime=0), "too-large"),
        (gzip.compress(b"<urlset/>" * 100, mtime=0)[:-9], "truncated"),
        (b"\x1f\x8bnonsense", "bad-encoding"),
    ],
)
def test_a_bomb_and_a_broken_packing_are_named(body, reason):
    with pytest.raises(SourceError) as refusal:
        unpacked(body, URL, max_bytes=1_000_000)
    assert refusal.value.reason == reason
