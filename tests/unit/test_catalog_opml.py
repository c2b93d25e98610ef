import pytest

from crawler.catalog.opml import MAX_OUTLINES, read_opml, write_opml
from crawler.catalog.outlets import feed_id, read_catalogue, shipped_catalogue, write_catalogue
from crawler.errors import ConfigError

LIST = """<?xml version="1.0"?><opml version="1.0"><head><title>My feeds</title></head><body>
<outline text="News"><outline text="The Wire" xmlUrl="https://wire.example/rss"
 htmlUrl="https://www.wire.example/"/><outline text="The Wire: world" xmlUrl="https://wire.example/w"/>
</outline><outline text="The Wire again" xmlUrl="https://wire.example/rss"/>
<outline text="A note"/></body></opml>"""


def outline(address: str) -> bytes:
    return f'<opml><body><outline text="x" xmlUrl="{address}"/></body></opml>'.encode()


def test_feeds_are_read_out_of_folders_each_once():
    listed = read_opml(LIST.encode(), "my.opml")
    assert listed.title == "My feeds"
    assert [feed.url for feed in listed.catalogue.feeds] == [
        "https://wire.example/rss",
        "https://wire.example/w",
    ]
    (outlet,) = listed.catalogue.outlets
    assert (outlet.id, outlet.name) == ("wire.example", "The Wire")
    assert listed.refused == ()


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "javascript:alert(1)", "feed:wire.example", "", "http://[bad"]
)  # fmt: skip
def test_an_address_that_is_not_http_is_refused_and_told(address):
    listed = read_opml(outline(address), "my.opml")
    assert listed.catalogue.feeds == ()
    ((refused, reason),) = listed.refused
    assert refused == address
    assert reason or not address


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("feed://wire.example/rss", "http://wire.example/rss"),
        ("feed:https://wire.example/rss", "https://wire.example/rss"),
        ("FEED://https://wire.example/rss", "https://wire.example/rss"),
        ("https://wire.example/?a=1&b=2", "https://wire.example/?a=1&b=2"),
        ("https://wire.example/?a=1&amp;b=2", "https://wire.example/?a=1&b=2"),
    ],
)
def test_addresses_are_read_as_other_readers_write_them(given, address):
    (feed,) = read_opml(outline(given), "my.opml").catalogue.feeds
    assert (feed.url, feed.id) == (address, feed_id(address))


@pytest.mark.parametrize("name", ["xmlUrl", "xmlurl", "xmlURL", "XMLURL", "url"])
@pytest.mark.parametrize("tag", ["outline", "Outline"])
def test_names_are_read_in_any_case(name, tag):
    body = f'<OPML xmlns="urn:x"><body><{tag} type="rss" {name}="https://wire.example/"/></body></OPML>'
    listed = read_opml(body.encode(), "my.opml")
    assert [feed.url for feed in listed.catalogue.feeds] == ["https://wire.example/"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1251"])
@pytest.mark.parametrize("declared", ["", ' encoding="utf-16"', ' encoding="UTF-8"'])
def test_an_encoding_is_recognised_whatever_is_declared(encoding, declared):
    text = f'\n<?xml version="1.0"{declared}?>{outline("https://a.example/").decode()}'
    listed = read_opml(text.replace('"x"', '"Вісті міста"').encode(encoding), "my.opml")
    assert listed.catalogue.outlets[0].name == "Вісті міста"


def test_feeds_are_found_in_folders_however_deep():
    inner = b'<outline xmlUrl="https://a.example/"/>'
    deep = b"<outline text='f'>" * 1_000 + inner + b"</outline>" * 1_000
    listed = read_opml(b"<opml><body>" + deep + b"</body></opml>", "my.opml")
    assert len(listed.catalogue.feeds) == 1


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ('text="The Wire"', "The Wire"),
        ('title="" text="The Wire"', "The Wire"),
        ('text="The Wi\u00adre\u200b&nbsp;now"', "The Wi re now"),
        ("", "a.example"),
    ],
)
def test_an_outlet_is_named_by_what_is_told(facts, name):
    body = f'<opml><body><outline {facts} xmlUrl="https://a.example/"/></body></opml>'
    listed = read_opml(body.encode(), "my.opml")
    assert listed.catalogue.outlets[0].name == name
    assert read_catalogue(write_catalogue(listed.catalogue), "x") == listed.catalogue


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ('type="include" url="https://a.example/list.opml"', "another list"),
        ('type="link" url="https://a.example/"', "a link to a page"),
        ('type="rss" text="Lost"', "the address is empty"),
    ],
)
def test_an_outline_that_is_no_feed_is_told(facts, words):
    listed = read_opml(f"<opml><body><outline {facts}/></body></opml>".encode(), "my.opml")
    assert listed.catalogue.feeds == ()
    assert words in listed.refused[0][1]


def test_hosts_beyond_ascii_make_ids_that_a_table_can_carry():
    listed = read_opml(outline("https://новини.укр/rss") + b"", "my.opml")
    assert listed.catalogue.outlets[0].id == "xn--b1amarcd.xn--j1amh"
    assert read_catalogue(write_catalogue(listed.catalogue), "x") == listed.catalogue


def test_broken_markup_is_mended():
    broken = LIST.replace('text="The Wire"', 'text="The "Wire" & more"').replace("</outline>", "")
    listed = read_opml(broken.encode(), "my.opml")
    assert "https://wire.example/w" in [feed.url for feed in listed.catalogue.feeds]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "is not OPML"),
        (b"just words", "is not OPML"),
        (b"<html><body/></html>", "is not OPML"),
        (b'<!DOCTYPE opml [<!ENTITY x "y">]>' + outline("https://a.example/"), "doctype"),
        (
            b'<!DOCTYPE opml SYSTEM "http://evil.example/">' + outline("https://a.example/"),
            "doctype",
        ),
        (b"<opml><body>" + b"<outline/>" * (MAX_OUTLINES + 1) + b"</body></opml>", "outlines"),
        (b"<opml>" + b" " * 10_000_001, "10 MB"),
        (b"<opml><body>" + b"<outline>" * 3_000 + b"</body></opml>", "folders in each other"),
    ],
)
def test_what_is_dangerous_or_no_list_is_refused(body, words):
    with pytest.raises(ConfigError, match=words):
        read_opml(body, "my.opml")


def test_the_shipped_feeds_survive_a_round_trip():
    shipped = shipped_catalogue()
    listed = read_opml(write_opml(shipped, "Kordon"), "again")
    assert listed.title == "Kordon"
    assert [feed.id for feed in listed.catalogue.feeds] == [feed.id for feed in shipped.feeds]
    assert listed.refused == ()


@pytest.mark.parametrize(("name", "least"), [("malformed_russia.opml", 11), ("ukraine.opml", 10)])
def test_recorded_lists_are_read(shared, name, least):
    listed = read_opml((shared / "corpora/feeds" / name).read_bytes(), name)
    assert len(listed.catalogue.feeds) >= least
    assert listed.refused == ()
