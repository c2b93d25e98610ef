import pytest

from crawler.catalog.opml import MAX_OUTLINES, read_opml, write_opml
from crawler.catalog.outlets import read_catalogue, shipped_catalogue, write_catalogue
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
    "address", ["file:///etc/passwd", "javascript:alert(1)", "feed://wire.example/", "", "http://[bad"]
)  # fmt: skip
def test_an_address_that_is_not_http_is_refused_and_told(address):
    listed = read_opml(outline(address), "my.opml")
    assert listed.catalogue.feeds == ()
    ((refused, reason),) = listed.refused
    assert refused == address
    assert reason or not address


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
