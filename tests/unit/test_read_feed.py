import json
from datetime import timedelta

import pytest
from feeds_written import ATOM, JSON, RDF, RSS, RSS_090, TEN, URL, item, only, rss
from hypothesis import given
from hypothesis import strategies as st

from crawler.errors import SourceError
from crawler.read.feed import read_feed

# --- one item out of every format ------------------------------------------------------------


def test_rss_is_read():
    body = rss(
        item(
            description="Черга на &lt;i&gt;кордоні&lt;/i&gt;",
            guid="id-1",
            pubDate="Tue, 10 Nov 2026 12:00:00 +0200",
            author="editor@outlet.example (Олена Кравець)",
        ),
        "<language>ua</language>",
    )
    document = read_feed(body, url=URL)
    assert (document.title, document.parser, document.repaired) == ("Вісті кордону", "fast", False)
    one = only(body)
    assert (one.url, one.guid, one.title) == ("https://outlet.example/1", "id-1", "One")
    assert (one.summary, one.author, one.language) == ("Черга на кордоні", "Олена Кравець", "uk")
    assert (one.published, one.updated) == (TEN, None)


def test_atom_is_read():
    document = read_feed(ATOM.encode(), url=URL)
    assert (document.title, document.hub) == ("Granica & okolice", "https://hub.example/")
    assert document.self_url == "https://outlet.example/rss/feed.atom"
    assert document.archive == "https://outlet.example/archive/7.atom"
    (one,) = document.items
    assert (one.url, one.guid) == ("https://base.example/kolejka", "tag:1")
    assert (one.author, one.summary, one.language) == ("Jan Nowak", "Trzy kilometry", "pl")
    assert (one.published, one.updated) == (TEN, TEN + timedelta(hours=2, minutes=30))


@pytest.mark.parametrize("body", [RDF, RSS_090])
def test_rdf_is_read(body):
    one = only(body.encode())
    assert (one.url, one.title, one.language) == ("https://outlet.example/1", "One", "uk")
    assert one.published == TEN


def test_json_feed_is_read():
    document = read_feed(json.dumps(JSON).encode(), url=URL)
    assert (document.title, document.hub, document.self_url) == (
        "Border news", "https://hub.example/", URL,
    )  # fmt: skip
    (one,) = document.items
    assert (one.url, one.summary) == ("https://outlet.example/one", "Long words")
    assert (one.author, one.published, one.language) == ("Ann Lee", TEN, "en")


def test_a_json_feed_after_a_byte_order_mark_is_read():
    assert only(b"\xef\xbb\xbf" + json.dumps(JSON).encode()).title == "One"


def test_both_parsers_make_the_same_item():
    good = rss(
        item(
            description="&lt;p&gt;Text&lt;/p&gt;", guid="x", pubDate="10.11.2026 12:00 +0200",
            author="Ann Lee",
        )
    )  # fmt: skip
    bad = good.replace(b"</channel>", b"<item><title>\xff</item></channel>")
    fast, careful = read_feed(good, url=URL), read_feed(bad, url=URL)
    assert (fast.parser, careful.parser) == ("fast", "careful")
    assert fast.items[0] == careful.items[0]


# --- when the fast way is not enough ---------------------------------------------------------


def test_a_wrongly_declared_encoding_is_put_right():
    body = rss(item(title="Граница"), encoding="utf-8").decode().encode("windows-1251", "replace")
    document = read_feed(body, url=URL, content_type="text/xml; charset=windows-1251")
    assert document.items[0].title == "Граница"


@pytest.mark.parametrize("said", ['encoding="utf-8"', 'encoding="nonsense"', ""])
def test_an_old_code_page_that_nobody_declares_is_read(said):
    text = rss(item(title="Черга на кордоні")).decode().replace('encoding="utf-8"', said)
    assert only(text.encode("windows-1251"), content_type="text/xml").title == "Черга на кордоні"


def test_valid_utf8_is_read_as_such_whatever_is_declared():
    body = rss(item(title="Черга на кордоні"), encoding="windows-1251")
    kind = "text/xml; charset=windows-1251"
    assert only(body, content_type=kind).title == "Черга на кордоні"


def test_half_a_letter_spoils_no_other():
    body = rss(item(title="Черга на кордоні, станом на ранок", description="Вісті ї"))
    assert only(body.replace("ї<".encode(), b"\xd1<")).title == "Черга на кордоні, станом на ранок"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("AT&T & Co", "AT&T & Co"),
        ("Q&A; Черга", "Q&A; Черга"),
        ("Черга&nbsp;&laquo;Шегині&raquo; &mdash; 5&#160;км", "Черга «Шегині» — 5 км"),
        ("Черга &amp;mdash; 5", "Черга — 5"),
        ("<![CDATA[A & B &amp; C]]>", "A & B & C"),
        ("Черга <b>на</b> кордоні", "Черга на кордоні"),
        ("Черга<!-- 5 --> на кордоні", "Черга на кордоні"),
    ],
)
def test_a_title_is_read_to_its_end_however_badly_it_is_escaped(written, title):
    assert only(rss(item(title=written))).title == title


def test_text_in_xhtml_is_read():
    div = '<div xmlns="http://www.w3.org/1999/xhtml">Kolejka <b>na</b> granicy</div>'
    body = ATOM.replace("<title>Kolejka na przejściu</title>", f'<title type="xhtml">{div}</title>')
    assert only(body.encode()).title == "Kolejka na granicy"


def test_entities_that_a_feed_declares_itself_are_its_own():
    body = rss(item(title="&nbsp;One")).replace(
        b"<rss", b'<!DOCTYPE rss [<!ENTITY nbsp "&#160;">]><rss', 1
    )
    assert only(body).url == "https://outlet.example/1"


def test_a_link_of_another_kind_before_the_own_one_hides_it_not():
    other = '<atom:link rel="replies" href="https://outlet.example/1/comments"/>'
    body = rss(item().replace("<title>", f"{other}<title>"))
    assert only(body).url == "https://outlet.example/1"


def test_a_guid_that_is_no_address_becomes_no_link():
    pair = item() + "<item><title>Two <i>b</i></title><guid>abc</guid></item>"
    assert [one.url for one in read_feed(rss(pair), url=URL).items] == ["https://outlet.example/1"]


@pytest.mark.parametrize("encoding", ["windows-1251", "koi8-u", "utf-16", "iso-8859-5"])
def test_a_declared_encoding_is_obeyed(encoding):
    text = RSS.format(items=item(title="Кордон"), channel="", encoding=encoding)
    assert only(text.encode(encoding, "ignore")).title == "Кордон"


def test_a_feed_cut_off_in_the_middle_keeps_its_whole_items():
    whole = rss(item() + item(link="https://outlet.example/2") + item(title="Three"))
    document = read_feed(whole[: whole.index(b"Three")], url=URL)
    assert {"https://outlet.example/1", "https://outlet.example/2"} <= {
        one.url for one in document.items
    }


ATOMS = """<entry xmlns="http://www.w3.org/2005/Atom"><title>Two</title><id>tag:2</id>
<link href="https://outlet.example/2"/></entry>"""


@pytest.mark.parametrize(
    "items",
    [
        item() + ATOMS,
        item() + item(link="https://outlet.example/2").replace("item>", "ITEM>"),
        (
            f"{item()}<r:item xmlns:r='http://purl.org/rss/1.0/'><r:title>Two</r:title>"
            "<r:link>https://outlet.example/2</r:link></r:item>"
        ),
    ],
    ids=["an entry of Atom's", "in capitals", "with a prefix"],
)
def test_items_of_another_kind_among_the_usual_ones_are_read(items):
    addresses = [one.url for one in read_feed(rss(items), url=URL).items]
    assert addresses == ["https://outlet.example/1", "https://outlet.example/2"]


def test_a_feed_without_items_is_a_feed():
    assert read_feed(rss(""), url=URL).items == ()


def test_rubbish_before_the_feed_is_forgiven():
    assert only(b"<b>Warning</b>: mysql_connect()\n" + rss()).title == "One"


@pytest.mark.parametrize("author", ["{}", "<![CDATA[{}]]>"])
def test_an_author_made_to_stall_the_careful_parser_is_cut_short(author):
    body = rss(item(title="<b/>", author=author.format("a" * 300_000)))  # hours, uncut
    document = read_feed(body, url=URL)
    assert (document.parser, len(document.items[0].author)) == ("careful", 200)


# --- what is not a feed ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\t\0", "empty"),
        (b"\xef\xbb\xbf \n", "empty"),
        (b"<!DOCTYPE html><html><body>Not found</body></html>", "not-a-feed"),
        (b'<?xml version="1.0"?><!-- x --><html xmlns="urn:x"/>', "not-a-feed"),
        (b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "not-a-feed"),
        (b"<opml version='2.0'><body/></opml>", "not-a-feed"),
        (b"/etc/hostname", "not-a-feed"),
        (b"{}", "not-a-feed"),
        (b'{"items": 7}', "not-a-feed"),
        (b"{" * 100_000, "not-a-feed"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "not-a-feed"),
        (b"\x1f\x8b\x08\x00" + bytes(40), "not-a-feed"),
    ],
)  # fmt: skip
def test_what_is_not_a_feed_is_refused_with_a_reason(body, reason):
    with pytest.raises(SourceError) as caught:
        read_feed(body, url=URL)
    assert (caught.value.reason, caught.value.url) == (reason, URL)


def test_entities_that_grow_without_end_are_not_expanded():
    bomb = "<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'>"
    bomb += "".join(
        f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    body = bomb + "]>" + rss(item(title="&i;")).decode().partition("?>")[2]
    try:
        titles = [one.title for one in read_feed(body.encode(), url=URL).items]
    except SourceError:
        titles = []
    assert all(len(title) <= 500 for title in titles)


# --- what the publisher asks of pollers ------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "floor"),
    [
        ("", None),
        ("<ttl>90</ttl>", timedelta(minutes=90)),
        ("<ttl>soon</ttl>", None),
        ("<ttl>0</ttl>", None),
        ("<ttl>999999</ttl>", timedelta(days=366)),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", timedelta(hours=1)),
        (
            "<sy:updatePeriod> Daily </sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            timedelta(hours=6),
        ),
        ("<ttl>5</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", timedelta(hours=1)),
    ],
)
def test_the_publishers_floor_is_read(channel, floor):
    assert read_feed(rss(channel=channel), url=URL).floor == floor


def test_hours_and_days_to_skip_are_read():
    hours = "<skipHours><hour>0</hour><hour>24</hour><hour>23</hour><hour>x</hour></skipHours>"
    days = "<skipDays><day>Saturday</day><day>Sunday</day><day>Someday</day></skipDays>"
    document = read_feed(rss(channel=hours + days), url=URL)
    assert document.skip_hours == {0, 23}
    assert document.skip_days == {5, 6}


def test_a_feed_that_asks_never_to_be_read_is_not_obeyed():
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    assert read_feed(rss(channel=f"<skipHours>{hours}</skipHours>"), url=URL).skip_hours == set()


def test_wishes_that_follow_the_items_are_read_too():
    body = rss().replace(b"</channel>", b"<ttl>45</ttl></channel>")
    assert read_feed(body, url=URL).floor == timedelta(minutes=45)


# --- laws ------------------------------------------------------------------------------------

SAMPLES = [rss(), ATOM.encode(), RDF.encode(), json.dumps(JSON).encode()]


def read_anything(body: bytes) -> None:
    try:
        document = read_feed(body, url=URL, content_type="text/xml; charset=utf-8")
    except SourceError:
        return
    assert all(one.url.lower().startswith(("http://", "https://")) for one in document.items)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(body):
    read_anything(body)


@given(st.sampled_from(SAMPLES), st.data())
def test_a_feed_with_a_piece_torn_out_is_read_or_refused(sample, data):
    start = data.draw(st.integers(0, len(sample)))
    end = data.draw(st.integers(start, len(sample)))
    read_anything(sample[:start] + data.draw(st.binary(max_size=12)) + sample[end:])


@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), lambda inner: (
    st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["items", "url", "title", "hubs", "authors", "id"]), inner)
)))  # fmt: skip
def test_any_json_is_read_or_refused(value):
    read_anything(json.dumps({"items": [value], "language": value}).encode())
    read_anything(json.dumps({"items": [], "hubs": value, "feed_url": value}).encode())


# --- recorded feeds --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "items", "parser", "language"),
    [
        ("aktuality_sk.rss", 30, "fast", "sk"),
        ("guardian_world.rss", 89, "fast", "en"),
        ("heise_de.rdf", 60, "careful", ""),
        ("illegally_nested.rss", 10, "fast", "en"),
        ("intertwingly.atom", 20, "careful", ""),
        ("lemonde_fr.rss", 21, "fast", ""),
        ("liga_ru_2020.rss", 20, "fast", "ru"),
        ("unian_uk_2020.rss", 50, "fast", ""),
        ("windows1251_ru.rss", 50, "fast", "ru"),
    ],
)
def test_recorded_feeds_are_read_whole(shared, name, items, parser, language):
    document = read_feed((shared / "corpora/feeds" / name).read_bytes(), url=URL)
    assert (len(document.items), document.parser) == (items, parser)
    assert {one.language for one in document.items} == {language}
    assert all(one.title and "<" not in one.title and "\ufffd" not in one.title
               for one in document.items)  # fmt: skip
    if name != "heise_de.rdf":  # it dates nothing
        assert all(one.published for one in document.items)


def test_an_item_in_json_that_brings_its_page_along_is_summed_up_by_it():
    item = {"id": "1", "url": "/one", "content_html": "<p>Long</p><p>words</p>"}
    document = read_feed(json.dumps(JSON | {"items": [item]}).encode(), url=URL)
    assert [one.summary for one in document.items] == ["Long words"]
