"""Does a page become the right article, or the right skip?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.extract.dates import Instant
from crawler.extract.publication import publication
from crawler.extract.titles import LONGEST_TITLE
from crawler.identity import article_address
from crawler.ingest import Desk, judge, prepare
from crawler.model import (
    Article,
    DateSource,
    Dating,
    Entry,
    EntryId,
    FeedId,
    Outlet,
    OutletId,
    Page,
    PlaceId,
    Precision,
    Recipe,
    Skipped,
    SkipReason,
    TopicId,
)
from crawler.store.corpus.records import packed, records
from crawler.text.countries import CountryFinder
from crawler.text.places import Name, PlaceFinder
from crawler.text.profile import Concept, Profile
from crawler.text.relevance import TopicMatcher

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
COUNTRIES = CountryFinder({"UA": ("украї", "ukrain")})
TERMS = Concept("border", 1.0, {"uk": (r"\bкордон\w*",), "de": (r"\bgrenze\b",)}, frontier=True)
BORDER = TopicMatcher(
    Profile(TopicId("ukraine-border"), (TERMS,), countries=frozenset({"UA"})), COUNTRIES
)
EVERYTHING = TopicMatcher(Profile(TopicId("everything")), COUNTRIES)
FINDER = PlaceFinder([Name(PlaceId("x-shehyni"), "Шегині", "uk")])
BOTH = Desk(Recipe(), (BORDER, EVERYTHING), FINDER)
ONLY_BORDER = Desk(Recipe(), (BORDER,), FINDER)

QUEUE = (
    "На кордоні у Шегинях уранці стояло триста вантажівок, повідомили прикордонники. Рух у бік "
    "Польщі відновили опівдні, після того як перевізники домовилися з митницею про пропуск."
)
MARKET = (
    "Der Markt am Platz öffnet im Frühling wieder. Die Händler bringen Käse, Brot und Blumen mit, "
    "und am Abend spielt die Kapelle, wie der Verein am Dienstag dem Stadtrat mitteilte."
)


def a_page(body: str, *, title="Черга на кордоні", head="", url="https://outlet.example/news/1"):
    html = (
        f"<html><head><title>{title} | Outlet</title>{head}</head><body><nav><a href='/'>Home</a>"
        f"</nav><article><h1>{title}</h1>{body}</article><footer>© Outlet</footer></body></html>"
    )
    return page_of(html.encode(), url=url)


def page_of(
    body: bytes, *, content_type="text/html; charset=utf-8", url="https://outlet.example/n"
):
    entry = Entry(EntryId("e"), url, OutletId("outlet"), FeedId("feed"), title="Feed title")
    return Page(entry, url, body, content_type, NOW)


def paragraphs(text: str, count: int = 4) -> str:
    return "".join(f"<p>{text} ({number})</p>" for number in range(count))


def test_a_page_becomes_an_article_with_all_that_is_known_of_it():
    head = (
        "<meta property='article:published_time' content='2026-11-10T12:00:00+02:00'>"
        "<meta name='author' content='Олена Коваль'>"
    )
    article = prepare(a_page(paragraphs(QUEUE), head=head), BOTH)
    assert isinstance(article, Article)
    assert article.title == "Черга на кордоні"
    assert article.text.startswith("На кордоні у Шегинях")
    assert "Home" not in article.text
    assert article.language == "uk"
    assert article.published == datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
    assert article.authors == ("Олена Коваль",)
    assert article.places == ("border-ua", "x-shehyni")
    assert article.topics == ("ukraine-border", "everything")
    assert article.fingerprint.shingles > 20


ESCAPES = "\\u001b[31m \\u009b2J \\u0000 \\ud83d"  # two of a terminal, a zero, half an emoji


def test_what_no_encoding_and_no_terminal_takes_is_left_out_of_what_a_page_says():
    head = f"""<meta property="og:site_name" content="Out&#x1b;[2Jlet\n">
        <script type="application/ld+json">{{"@type": "NewsArticle",
        "headline": "Черга на кордоні {ESCAPES}", "author": {{"name": "Олена {ESCAPES}"}}}}
        </script>"""
    article = prepare(a_page(paragraphs(QUEUE), head=head), BOTH)
    assert article.title == "Черга на кордоні [31m 2J \ufffd"
    assert article.authors == ("Олена [31m 2J \ufffd",)
    assert article.outlet_name == "Out [2Jlet"
    (kept,) = records(memoryview(packed(article)), "segment")
    assert kept.article() == article


@pytest.mark.parametrize("again", ["черга ", "| a ", "x"])
def test_what_a_page_says_at_endless_length_is_cut(again):
    endless, names = again * 20_000, ", ".join(f"Олена Коваль {n}" for n in range(1_000))
    head = f"""<meta property="og:title" content="Черга на кордоні {endless}">
        <meta property="og:site_name" content="{endless}"><meta name="author" content="{names}">"""
    page = a_page(f"<h1>Черга на кордоні {endless}</h1>{paragraphs(QUEUE)}", head=head)
    article = prepare(page, BOTH)
    assert len(article.title) <= LONGEST_TITLE
    assert len(article.outlet_name) <= 200
    assert len(article.authors) == 20


def test_a_place_in_the_name_of_its_outlet_is_not_meant():
    outlet = Outlet(OutletId("herald"), "Вісник Шегині")
    dateline = judge("", f"(Вісник Шегині) {QUEUE}", BOTH, "uk", outlet)
    (meant,) = dateline.mentions
    assert meant.start == len("\n(Вісник Шегині) На кордоні у ")
    assert judge("", "(Вісник Шегині) Тихо.", BOTH, "uk", outlet).places == ()


def test_an_article_on_no_active_topic_is_skipped_and_says_so():
    page = a_page(paragraphs(MARKET), title="Der Markt öffnet")
    skipped = prepare(page, replace(ONLY_BORDER, version="abc123"))
    assert skipped == Skipped(SkipReason.OFF_TOPIC, "by its text, topics abc123")
    assert isinstance(prepare(page, BOTH), Article)


def test_the_title_and_the_read_also_lines_are_no_part_of_the_text():
    body = (
        paragraphs(QUEUE, 2) + "<p>Читайте також: Польща закриває кордон</p>" + paragraphs(QUEUE, 2)
    )
    article = prepare(a_page(body), BOTH)
    assert "Читайте також" not in article.text
    assert "Черга на кордоні" not in article.text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF-1.7 ...", "text/html"),
        (b"\x89PNG\r\n", "image/png"),
        (b"<?xml version='1.0'?><rss><channel/></rss>", "text/xml"),
        (b"<html><body><p>text</p></body></html>", "video/mp4"),
        (b"", "text/html"),
    ],
)
def test_what_is_no_page_is_skipped_before_it_is_parsed(body, content_type):
    assert prepare(page_of(body, content_type=content_type), BOTH).reason is SkipReason.NOT_HTML


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        ("Just a moment...", "<p>Checking your browser</p>", SkipReason.BOT_CHALLENGE),
        ("404", "<p>Сторінку не знайдено</p>", SkipReason.SOFT_404),
        ("Your choice", "<p>We and our partners use cookies.</p>", SkipReason.CONSENT_WALL),
        ("Granica", "<p>Tylko dla prenumeratorów.</p>", SkipReason.PAYWALL),
        ("Nothing", "<p></p>", SkipReason.NO_TEXT),
    ],
)  # fmt: skip
def test_a_page_that_stands_in_for_an_article_is_named(title, body, reason):
    assert prepare(a_page(body, title=title), BOTH).reason is reason


def test_a_list_of_links_is_no_article_however_long():
    titles = [f"{QUEUE[:60]} {number}" for number in range(30)]
    items = "".join(
        f"<li><a href='/{number}'>{title}</a></li>" for number, title in enumerate(titles)
    )
    assert prepare(a_page(f"<ul>{items}</ul>"), BOTH).reason is SkipReason.LINK_LIST


def test_an_article_with_many_links_around_it_stays_one():
    items = "".join(
        f"<li><a href='/{number}'>{QUEUE[:60]} {number}</a></li>" for number in range(60)
    )
    assert isinstance(prepare(a_page(paragraphs(QUEUE, 6) + f"<ul>{items}</ul>"), BOTH), Article)


def test_a_publisher_who_reserves_text_mining_is_obeyed():
    page = a_page(paragraphs(QUEUE), head="<meta name='tdm-reservation' content='1'>")
    assert prepare(page, BOTH).reason is SkipReason.OPTED_OUT


def test_old_code_pages_are_read():
    html = f"<html><head><title>Черга</title></head><body>{paragraphs(QUEUE)}</body></html>"
    page = page_of(html.encode("windows-1251"), content_type="text/html")
    assert prepare(page, BOTH).text.startswith("На кордоні у Шегинях")


def test_two_addresses_of_one_article_are_one_article():
    one = a_page(paragraphs(QUEUE), url="https://outlet.example/news/1?utm_source=feed")
    link = "<link rel='canonical' href='https://outlet.example/news/1'>"
    other = a_page(paragraphs(QUEUE), head=link, url="https://m.outlet.example/news/1/amp")
    assert prepare(one, BOTH).id == prepare(other, BOTH).id


@pytest.mark.parametrize(
    ("claimed", "address"),
    [
        ("https://outlet.example/news/1", "https://outlet.example/news/1"),
        ("/news/one-better-name", "https://outlet.example/news/one-better-name"),
        ("https://outlet.example/", "https://outlet.example/news/1"),
        ("https://outlet.example/news", "https://outlet.example/news/1"),
        ("https://elsewhere.example/news/1", "https://outlet.example/news/1"),
        ("javascript:void(0)", "https://outlet.example/news/1"),
        ("", "https://outlet.example/news/1"),
    ],
)
def test_only_a_plausible_canonical_address_is_taken(claimed, address):
    assert article_address("https://outlet.example/news/1", claimed) == address


def test_no_article_appears_in_the_future():
    tomorrow = datetime(2026, 11, 23, tzinfo=UTC)
    page = Instant(tomorrow, Precision.SECOND, DateSource.META)
    marked = Dating(Precision.SECOND, DateSource.META, clamped=True)
    assert publication(page, None, NOW) == (NOW, marked)
    at, dating = publication(None, tomorrow, NOW)
    assert (at, dating.source, dating.clamped) == (NOW, DateSource.FEED, True)
    assert publication(None, None, NOW) == (None, Dating())


def test_a_feed_is_believed_where_the_page_lies_in_the_future():
    feed = NOW - timedelta(hours=1)
    page = Instant(NOW + timedelta(hours=1), Precision.MINUTE, DateSource.JSON_LD)
    at, dating = publication(page, feed, NOW)
    assert (at, dating.clamped) == (feed, False)
    assert (dating.source, dating.other) == (DateSource.FEED, page.at)


def test_where_feed_and_page_differ_the_page_counts_and_the_feed_is_kept():
    feed = NOW - timedelta(hours=3)
    page = Instant(NOW - timedelta(hours=2), Precision.SECOND, DateSource.JSON_LD)
    at, dating = publication(page, feed, NOW)
    assert (at, dating.other) == (page.at, feed)
    assert publication(replace(page, at=feed), feed, NOW)[1].other is None


def test_a_day_on_the_page_is_refined_by_the_feed_and_a_time_is_not():
    day = datetime(2026, 11, 10, tzinfo=UTC)
    feed = datetime(2026, 11, 10, 9, 30, tzinfo=UTC)
    assert publication(Instant(day, Precision.DAY), feed, NOW)[0] == feed
    assert publication(Instant(day, Precision.MINUTE), feed, NOW)[0] == day
