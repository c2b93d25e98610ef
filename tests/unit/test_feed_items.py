"""Addresses, texts and dates of the items of a feed."""

import json

import pytest
from feeds_written import ITEM, JSON, TEN, URL, item, only, rss

from crawler.read.feed import MAX_ITEMS, read_feed

# --- addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/story", "https://outlet.example/story"),
        ("story?a=1&amp;b=2", "https://outlet.example/rss/story?a=1&b=2"),
        ("//cdn.example/story", "https://cdn.example/story"),
        (" \n https://outlet.example/a \n", "https://outlet.example/a"),
        ("HTTP://Outlet.example/a", "HTTP://Outlet.example/a"),
        ("https://outlet.example/?a=1&b=2&copy=3", "https://outlet.example/?a=1&b=2&copy=3"),
        ("https://outlet.example/?a=1&amp;amp;b=2", "https://outlet.example/?a=1&b=2"),
        ("https://outlet.example/a story", "https://outlet.example/a%20story"),
    ],
)
def test_links_become_absolute(link, address):
    assert only(rss(item(link=link))).url == address


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "file:///etc/passwd", "ftp://outlet.example/", "mailto:a@b.example",
     "https://", "https:///path", "http://[bad", "https://outlet.example/" + "a" * 3000],
)  # fmt: skip
def test_an_item_without_a_usable_address_is_dropped_and_counted(link):
    document = read_feed(rss(item(link=link) + ITEM), url=URL)
    assert [one.url for one in document.items] == ["https://outlet.example/1"]
    assert document.dropped == 1


def test_a_guid_that_is_an_address_stands_in_for_a_missing_link():
    body = rss("<item><title>One</title><guid>https://outlet.example/9</guid></item>")
    assert only(body).url == "https://outlet.example/9"


def test_an_address_listed_twice_is_one_item():
    document = read_feed(rss(item() + item(title="Again")), url=URL)
    assert [one.title for one in document.items] == ["One"]
    assert document.dropped == 0


def test_a_feed_of_too_many_items_is_cut_and_the_rest_counted():
    items = "".join(f"<item><link>https://outlet.example/{n}</link></item>" for n in range(5_010))
    document = read_feed(rss(items), url=URL)
    assert (len(document.items), document.dropped) == (MAX_ITEMS, 10)


# --- text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("AT&amp;amp;T &amp;laquo;кордон&amp;raquo;", "AT&T «кордон»"),
        ("<![CDATA[<b>Bold</b> move]]>", "Bold move"),
        ("&lt;p&gt;one&lt;/p&gt;&lt;p&gt;two&lt;br/&gt;three&lt;/p&gt;", "one two three"),
        ("&amp;lt;b&amp;gt;twice escaped&amp;lt;/b&amp;gt;", "twice escaped"),
        ("5 &lt; 6 and 7 &gt; 2", "5 < 6 and 7 > 2"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;safe", "safe"),
        ("&lt;!-- hidden --&gt;seen", "seen"),
        ("cut off &lt;a href='x", "cut off"),
        ("  many \n\n\t spaces\u00a0here ", "many spaces here"),
    ],
)
def test_text_is_plain(written, plain):
    assert only(rss(item(title=written))).title == plain


def test_text_has_a_longest_length():
    one = only(rss(item(title="т" * 9_000, description="о" * 90_000, author="х" * 900)))
    assert (len(one.title), len(one.summary), len(one.author)) == (500, 2_000, 200)


def test_half_a_character_does_not_travel_on():
    body = json.dumps(JSON | {"items": [{"url": "/a", "title": "a\ud800\x00b"}]}).encode()
    assert only(body).title == "ab"


def test_an_author_is_a_name_not_a_mail_address():
    assert only(rss(item(author="desk@outlet.example"))).author == ""
    assert only(rss(item(author="Ann Lee (ann@outlet.example)"))).author == "Ann Lee"


# --- dates -----------------------------------------------------------------------------------


def test_dates_are_read_as_written_not_as_the_parser_guesses():
    assert only(rss(item(pubDate="10.11.2026 12:00 EET"))).published == TEN
    assert only(rss(item(pubDate="Вт, 10 лис 2026 12:00:00 +0200"))).published == TEN
    assert only(rss(item(pubDate="2026-11-10T12:00:00"))).published is None
    assert only(rss(item(pubDate="2026-11-10T12:00:00")), zone="Europe/Kyiv").published == TEN


def test_a_guid_is_never_a_date():
    assert only(rss(item(guid="2026-11-10T10:00:00Z"))).published is None
