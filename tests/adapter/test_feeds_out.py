"""Feeds out, as readers read them: what is in them, asking again, and hostile words."""

import json
import re
from dataclasses import replace
from html import unescape

import fastfeedparser
import feedparser
import httpx
import pytest
from lxml import etree
from served import TOPIC, an_article, another

from crawler.catalog.feeds_out import choices, feeds_of
from crawler.render.document import address, plain

BASE = f"/feeds/{TOPIC}"
FORMATS = ("rss", "atom", "json")


async def read(api, path):
    """The body of a feed."""
    answer = await api.get(path)
    assert answer.status_code == 200, answer.text
    return answer.content


async def placed(stand):
    crossing = "crossing-medyka"
    first, _, second = await stand.place(
        an_article(), an_article("two", outlet="state", title="A copy of it"),
        another("other", outlet="open", minutes=5, places=(crossing,)),
    )  # fmt: skip
    return first, second


@pytest.mark.parametrize("form", ["rss", "atom"])
async def test_feedparser_reads_back_what_was_written(stand, api, form):
    first, second = await placed(stand)
    feed = feedparser.parse(await read(api, f"{BASE}/all.{form}"))
    assert not feed.bozo
    assert [entry.id for entry in feed.entries] == [
        f"urn:kordon:story:{second}", f"urn:kordon:story:{first}",
    ]  # fmt: skip
    entry = feed.entries[1]
    assert (entry.title, entry.link) == ("Border queue grows", "https://town.example/one")
    assert (entry.author, entry.source["title"]) == ("Town", "Town")
    text = entry.content[0].value if form == "atom" else entry.summary
    assert "Border guards at the crossing" in text
    assert 'href="https://state.example/two"' in text
    assert "State (state-controlled): " in text


@pytest.mark.parametrize("form", FORMATS)
async def test_fastfeedparser_reads_back_what_was_written(stand, api, form):
    await placed(stand)
    feed = fastfeedparser.parse(await read(api, f"{BASE}/all.{form}"))
    assert [entry["link"] for entry in feed["entries"]] == [
        "https://open.example/other", "https://town.example/one",
    ]  # fmt: skip
    assert feed["entries"][1]["title"] == "Border queue grows"


async def test_a_json_feed_names_every_copy(stand, api):
    await placed(stand)
    feed = json.loads(await read(api, f"{BASE}/all.json"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    copies = feed["items"][1]["_kordon"]["copies"]
    assert [(c["outlet"], c["relation"], c["state_controlled"]) for c in copies] == [
        ("Town", "copy", False), ("State", "copy", True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("outlet", "beginning", "end"),
    [("town", True, False), ("state", False, False), ("open", True, True)],
)
async def test_of_a_text_only_what_its_outlet_allows_is_in_a_feed(
    stand, api, outlet, beginning, end
):
    await stand.place(another("word", outlet=outlet))
    for form in FORMATS:
        body = (await read(api, f"{BASE}/outlet/{outlet}.{form}")).decode()
        assert ("word3 " in body, "word59" in body) == (beginning, end)


@pytest.mark.parametrize("form", FORMATS)
async def test_an_unchanged_feed_is_not_sent_again(stand, api, form):
    await placed(stand)
    first = await api.get(f"{BASE}/all.{form}")
    assert first.headers["cache-control"] == "private, max-age=300"
    again = await api.get(f"{BASE}/all.{form}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert first.headers["etag"].startswith('W/"')  # one mark for the packed feed and the plain
    assert again.headers["vary"] == first.headers["vary"] == "Accept-Encoding"
    await stand.place(another("news"))
    changed = await api.get(f"{BASE}/all.{form}", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


async def test_opml_lists_every_feed_and_each_of_them_answers(stand, api):
    root = etree.fromstring(await read(api, "/feeds.opml"))
    addresses = root.xpath("//outline/@xmlUrl")
    assert len(addresses) == len(set(addresses)) > 500
    kinds = {address.split("/")[-2] for address in addresses}
    assert kinds >= {"language", "outlet", "country", "place", "crossing", "border"}
    for url in [*addresses[:3], *addresses[40::97], addresses[-1]]:
        answer = await api.get(url)
        assert (answer.status_code, feedparser.parse(answer.content).bozo) == (200, False), url


async def test_there_is_no_feed_of_what_does_not_exist(api):
    for path in (
        "language/xx",
        "outlet/nobody",
        "border/PL-BY",
        "crossing/reg-ua-lviv",
        "mood/bad",
    ):
        assert (await api.get(f"{BASE}/{path}.rss")).status_code in {404, 422}
    assert (await api.get(f"{BASE}/all.pdf")).status_code == 422


@pytest.mark.parametrize(
    ("place", "name"),
    [("border-ua", "whole border UA"), ("border-ua-pl", "whole border UA-PL"),
     ("kharkiv-city", "Kharkiv"), ("medyka-village", "Medyka"), ("c-pl", "Poland"),
     ("washed-away", "washed-away")],
)  # fmt: skip
async def test_places_without_an_english_name_are_told_in_words(stand, api, place, name):
    await stand.place(another("there", places=(place,)))
    (entry,) = feedparser.parse(await read(api, f"{BASE}/all.atom")).entries
    assert [tag.term for tag in entry.tags] == ["en", name]


def test_no_feed_is_titled_by_an_id():
    titles = [title for _, name, title in choices({}) if "-" in name and title == name]
    assert titles == []


def test_only_feeds_that_there_are_are_told_of():
    facets = ("language:uk", "language:xx", "outlet:", "outlet:one", "place:nowhere")
    names = {path.partition(".")[0] for path in feeds_of(TOPIC, facets)}
    assert names == {f"{BASE}/all", f"{BASE}/language/uk", f"{BASE}/outlet/one"}


async def test_stories_are_in_the_feeds_of_their_language_place_and_border(stand, api):
    places = (
        await api.get("/api/v1/places", params={"kind": "crossing", "border": "UA-PL"})
    ).json()
    place = places["places"][0]["id"]
    (story,) = await stand.place(another("there", language="uk", places=(place, "warsaw")))
    await stand.place(another("elsewhere", language="pl"))
    for path in (
        "language/uk",
        f"place/{place}",
        "place/warsaw",
        f"crossing/{place}",
        "border/UA-PL",
        "country/UA",
    ):
        feed = feedparser.parse(await read(api, f"{BASE}/{path}.atom"))
        assert [entry.id for entry in feed.entries] == [f"urn:kordon:story:{story}"], path


async def ids(api, path, params=()):
    """The stories of a feed."""
    answer = await api.get(path, params=params or None)
    assert answer.status_code == 200, answer.text
    return [entry.id for entry in feedparser.parse(answer.content).entries]


@pytest.mark.parametrize(
    ("path", "asked", "found"),
    [
        ("all", [("language", "uk"), ("outlet", "open")], [0]),
        ("all", [("language", "uk"), ("language", "pl")], [0, 1, 2]),
        ("all", [("q", "bridges"), ("control", "others")], [1]), ("all", [("origin", "RU")], [2]),
        ("language/uk", [("control", "state")], [2]), ("outlet/open", [("language", "pl")], []),
        ("all", [("border", "UA-PL"), ("country", "PL"), ("place", "warsaw")], []),
    ],
)  # fmt: skip
async def test_a_feed_is_narrowed_as_lists_of_stories_are(stand, api, path, asked, found):
    stories = await stand.place(
        another("one", language="uk", outlet="open"),
        another("two", language="pl", outlet="town", title="A bridge"),
        another("three", language="uk", outlet="state", title="The bridge"),
    )
    told = await ids(api, f"{BASE}/{path}.atom", asked)
    assert sorted(told) == sorted(f"urn:kordon:story:{stories[number]}" for number in found)
    listed = await api.get(f"/api/v1/topics/{TOPIC}/stories", params=asked)
    if path == "all":
        assert len(listed.json()["stories"]) == len(told)


async def test_a_narrowed_feed_says_what_it_holds_and_where_it_is(stand, api):
    asked = {"q": "черга & <b>", "border": "UA-PL", "origin": "PL", "control": "others"}
    for form in FORMATS:
        answer = await api.get(f"{BASE}/all.{form}", params=asked)
        if form == "json":
            title, address = answer.json()["title"], answer.json()["feed_url"]
        else:
            feed = feedparser.parse(answer.content).feed
            title = unescape(feed.title)
            address = next(link.href for link in feed.links if link.rel == "self")
        assert title == (
            "Kordon: ukraine-border, border UA-PL, origin PL, no outlet state-controlled, "
            "“черга & <b>”"
        )
        assert httpx.URL(address).params == httpx.QueryParams(asked)


@pytest.mark.parametrize(
    ("path", "home"),
    [
        ("all", "/?topic=ukraine-border"), ("all?origin=UA&q=x", "/search?topic={}&origin=UA&q=x"),
        ("language/uk", "/search?topic={}&language=uk"), ("country/PL", "/?topic={}"),
        ("crossing/x-pl-krakovets-korczowa", "/search?topic={}&place=x-pl-krakovets-korczowa"),
        ("border/UA-PL?border=UA-SK", "/?topic={}"), ("border/UA-PL?border=UA-PL",
                                                      "/search?topic={}&border=UA-PL"),
        ("outlet/town?control=others", "/search?topic={}&outlet=town&control=others"),
    ],
)  # fmt: skip
async def test_a_feed_leads_to_the_view_of_its_stories(stand, api, page, path, home):
    path, _, query = path.partition("?")
    feed = (await api.get(f"{BASE}/{path}.json?{query}")).json()
    address = feed["home_page_url"].removeprefix("http://localhost")
    assert address == home.format(TOPIC)
    assert (await page.get(address)).status_code == 200


@pytest.mark.parametrize(
    "query", ["q=%3F!", "langauge=uk", "language=xx", "q=a&q=b", "border=UA-XX", "since=2026-11-22"]
)
async def test_a_feed_refuses_what_it_cannot_hold(api, query):
    for path in ("all", "language/uk"):
        answer = await api.get(f"{BASE}/{path}.rss?{query}")
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"


# --- hostile words ---------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</title><script>alert(1)</script>",
    "]]><script>alert(1)</script>",
    "<![CDATA[<b>x</b>]]>",
    "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&amp;lt;b&amp;gt;",
    "&#x3C;script&#x3E;",
    "<?xml version='1.0'?>",
    "<!-- -->",
    "a & b < c > d",
    "javascript:alert(1)",
    "' onmouseover='alert(1)",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "\x00null\x00byte",
    "\x1b[31mred\x1b[0m",
    "\x08\x0b\x0c control",
    "bell \x07",
    "\u202egnirts desrever\u202c",
    "\u2066isolated\u2069",
    "\u200fmark",
    "\ufffe\uffff",
    "\ufdd0 no character",
    "line\nbreak\r\nand\ttab",
    "\u2028separator\u2029",
    "Кордон — «лапки» ’ʼ`´",
    "Zażółć gęślą jaźń",
    "🛂🇺🇦 queue 👩‍👩‍👧",
    "ａｌｅｒｔ",
    "Z̸͎̈a̷͉͝l̸̰̈́g̶̺̈o̷̙̎",
    "x" * 3_000,
    "<a href='javascript:alert(1)'>x</a>",
    "<style>*{display:none}</style>",
    "<iframe src=//evil.example></iframe>",
    "<base href=//evil.example>",
    "<math><mi//xlink:href='data:x'>",
    "%3Cscript%3E",
    "\\u003cscript\\u003e",
)
FORBIDDEN = ("<script", "<img", "<svg", "<iframe", "<style", "<base", "<math")


def test_half_a_character_leaves_no_trace():
    assert plain("\ud800 half") == "half"
    assert address("https://\ud800.example/") == "https://.example/"


def test_there_are_forty_hostile_words():
    assert len(set(HOSTILE)) == 40


@pytest.fixture
async def hostile(stand):
    """Each of them as title, outlet, author, credit and body."""
    for number, words in enumerate(HOSTILE):
        article = another(f"h{number}x", title=words, authors=(words,), credits=(words,))
        await stand.place(replace(article, outlet_name=words, text=f"{words} {article.text}"))
    return stand


@pytest.mark.parametrize("form", ["rss", "atom"])
async def test_hostile_words_come_out_of_xml_feeds_as_words(hostile, api, form):
    body = await read(api, f"{BASE}/all.{form}")
    etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    parsed = feedparser.parse(body)
    assert (parsed.bozo, len(parsed.entries)) == (False, 40)
    assert len(fastfeedparser.parse(body)["entries"]) == 40


async def test_hostile_words_come_out_of_a_json_feed_readable_and_harmless(hostile, api):
    items = json.loads(await read(api, f"{BASE}/all.json"))["items"]
    titles = {item["title"] for item in items}
    assert titles >= {"<script>alert(1)</script>", "Кордон — «лапки» ’ʼ`´", "gnirts desrever"}
    for item in items:
        html = item["content_html"].lower()
        assert [tag for tag in FORBIDDEN if tag in html] == [], html
        assert not re.search(r"<[^>]*\son\w+\s*=", html)
        assert 'href="javascript:' not in html
        assert not re.search("[\x00-\x08\x1b\u202a-\u202e\u2066-\u2069]", unescape(html))


async def test_hostile_words_come_out_of_the_api_as_json(hostile, api):
    page = (await api.get(f"/api/v1/topics/{TOPIC}/stories", params={"limit": 100})).json()
    assert len(page["stories"]) == 40
    titles = {story["canonical"]["title"] for story in page["stories"]}
    assert "<script>alert(1)</script>" in titles
    for story in page["stories"]:
        shown = await api.get(f"/api/v1/topics/{TOPIC}/stories/{story['id']}")
        assert shown.headers["content-type"] == "application/json"
        assert shown.headers["x-content-type-options"] == "nosniff"
        assert not re.search("[\x00-\x08\x1b\u202a-\u202e]", shown.json()["excerpt"])
