from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.catalog.outlets import (
    Catalogue,
    feed_id,
    read_catalogue,
    shipped_catalogue,
    write_catalogue,
)
from crawler.catalog.topics import terms
from crawler.errors import ConfigError
from crawler.model import Redistribution

HEAD = "outlet_id,name,homepage,feed_url"
ROW = "wire,The Wire,https://wire.example,https://wire.example/rss"


def read(*rows: str, head: str = HEAD) -> Catalogue:
    return read_catalogue("\n".join((head, *rows)), "my.csv")


# --- the format ------------------------------------------------------------------------------


def test_four_columns_are_a_catalogue():
    catalogue = read(ROW)
    (outlet,), (feed,) = catalogue.outlets, catalogue.feeds
    assert (outlet.id, outlet.name, outlet.homepage) == ("wire", "The Wire", "https://wire.example")
    assert (outlet.redistribute, outlet.keep_text_days) == (Redistribution.EXCERPT, 90)
    assert (feed.outlet, feed.url) == ("wire", "https://wire.example/rss")
    assert feed.enabled
    assert feed.verified


def test_every_fact_of_an_outlet_is_read():
    head = HEAD + ",enabled,verified,country,languages,kind,state_controlled,time_zone,"
    head += "redistribute,keep_text_days,closed"
    catalogue = read(ROW + ',no,no,UA,"uk,ru",agency,yes,Europe/Kyiv,link,30,yes', head=head)
    (outlet,), (feed,) = catalogue.outlets, catalogue.feeds
    assert (outlet.country, outlet.languages, outlet.kind) == ("UA", ("uk", "ru"), "agency")
    assert (outlet.state_controlled, outlet.closed) == (True, True)
    assert (outlet.time_zone, outlet.keep_text_days) == ("Europe/Kyiv", 30)
    assert outlet.redistribute is Redistribution.LINK
    assert (feed.enabled, feed.verified) == (False, False)


def test_an_outlet_may_have_several_feeds_or_none():
    catalogue = read(ROW, ROW + "/world", "town,The Town,https://town.example,")
    assert [outlet.id for outlet in catalogue.outlets] == ["wire", "town"]
    assert [feed.outlet for feed in catalogue.feeds] == ["wire", "wire"]


def test_a_byte_order_mark_and_columns_of_ones_own_are_accepted():
    assert read_catalogue("\ufeff" + HEAD + ",notes\n" + ROW + ",ask Ann", "my.csv") == read(ROW)


def test_a_feeds_id_depends_on_its_address_alone():
    (feed,) = read(ROW).feeds
    assert feed.id == feed_id("https://wire.example/rss") == "08245fbc9e2b"


@pytest.mark.parametrize(
    ("head", "row", "words"),
    [
        ("outlet_id,name,feed_url", "a,b,c", ["line 1", "homepage is missing", "by commas"]),
        (HEAD.replace(",", ";"), ROW, ["line 1", "outlet_id is missing"]),
        ("", "", ["line 1", "outlet_id is missing"]),
        (HEAD + ",langauges", ROW + ",uk", ["line 1", "langauges", "write languages"]),
        (HEAD, "wire,The Wire,https://wire.example,ftp://wire.example/rss",
         ["line 2", "feed_url", "ftp://", "https://"]),
        (HEAD, "wire,The Wire,https://wire.example,wire.example/rss", ["line 2", "feed_url"]),
        (HEAD, "wire,W,https://wire.example,https://u:p@wire.example/", ["feed_url", "password"]),
        (HEAD, "wire,The Wire,https://wire.example,http://[bad", ["line 2", "feed_url"]),
        (HEAD, "wire,The Wire,https://wire.example,https:///rss", ["line 2", "feed_url"]),
        (HEAD, "wire,,https://wire.example,", ["line 2", "name"]),
        (HEAD, "the wire,The Wire,https://wire.example,", ["line 2", "outlet_id", "hyphens"]),
        (HEAD, ROW + "\n" + ROW, ["line 3", "feed_url", "listed above"]),
        (HEAD, ROW + "\nwire,Another,https://wire.example,https://wire.example/2",
         ["line 3", "outlet_id", "another outlet"]),
        (HEAD, ROW + ",surplus", ["line 2", "more values than columns"]),
        (HEAD + ",country", ROW + ",ukraine", ["line 2", "country", "ISO 3166"]),
        (HEAD + ",languages", ROW + ",Ukrainian", ["line 2", "languages", "ISO 639"]),
        (HEAD + ",kind", ROW + ",!", ["line 2", "kind", "agency"]),
        (HEAD + ",time_zone", ROW + ",Kyiv", ["line 2", "time_zone", "Europe/Kyiv"]),
        (HEAD + ",time_zone", ROW + ",../../etc/passwd", ["line 2", "time_zone"]),
        (HEAD + ",redistribute", ROW + ",all", ["line 2", "redistribute", "link, excerpt or full"]),
        (HEAD + ",keep_text_days", ROW + ",-1", ["line 2", "keep_text_days", "0 to 3650"]),
        (HEAD + ",keep_text_days", ROW + ",²", ["line 2", "keep_text_days"]),
        (HEAD + ",enabled", ROW + ",maybe", ["line 2", "enabled", "yes or no"]),
        (HEAD, 'wire,"The Wire,https://wire.example,', ["unexpected end"]),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_column_and_remedy(head, row, words):
    with pytest.raises(ConfigError) as caught:
        read(row, head=head)
    for word in ["my.csv", *words]:
        assert word in str(caught.value)
    assert caught.value.remedy


def test_a_catalogue_written_and_read_again_is_the_same():
    catalogue = shipped_catalogue()
    assert read_catalogue(write_catalogue(catalogue), "again") == catalogue


# --- what is shipped -------------------------------------------------------------------------


def test_the_shipped_catalogue_is_large_enough():
    catalogue = shipped_catalogue()
    assert len(catalogue.outlets) >= 200
    assert len(catalogue.feeds) >= 150
    assert sum(feed.enabled for feed in catalogue.feeds) >= 50


def test_the_reference_counts_what_is_shipped():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "catalogue.md").read_text("utf-8")
    shipped = shipped_catalogue()
    countries = {outlet.country for outlet in shipped.outlets if outlet.country}
    enabled = sum(feed.enabled for feed in shipped.feeds)
    assert (
        f"{len(shipped.outlets)} outlets of {len(countries)} countries, "
        f"{len(shipped.feeds)} feed addresses. {enabled} feeds are enabled"
    ) in page
    concepts, languages = (
        {getattr(one, name) for one in terms()} for name in ("concept", "language")
    )
    assert (
        f"{len(terms())} patterns for {len(concepts)} concepts in {len(languages)} languages"
    ) in page


def test_the_shipped_outlets_carry_their_facts():
    for outlet in shipped_catalogue().outlets:
        assert outlet.country, outlet.id
        assert outlet.languages, outlet.id
        assert outlet.kind, outlet.id
        assert outlet.time_zone, outlet.id
        assert 1 <= outlet.keep_text_days <= 365, outlet.id
        assert outlet.redistribute is not Redistribution.FULL, outlet.id


def test_agencies_are_linked_and_never_excerpted():
    agencies = [outlet for outlet in shipped_catalogue().outlets if outlet.kind == "agency"]
    assert len(agencies) > 25
    assert {outlet.redistribute for outlet in agencies} == {Redistribution.LINK}


def test_only_feeds_that_somebody_saw_answer_are_enabled():
    assert all(feed.verified for feed in shipped_catalogue().feeds if feed.enabled)


def test_no_shipped_outlet_is_two():
    outlets = shipped_catalogue().outlets
    assert Counter(outlet.name for outlet in outlets).most_common(1)[0][1] == 1
    homes = Counter(outlet.homepage for outlet in outlets if outlet.homepage)
    assert homes.most_common(1)[0][1] == 1


def test_no_shipped_host_is_asked_too_often():
    feeds = [feed for feed in shipped_catalogue().feeds if feed.enabled]
    hosts = Counter(urlsplit(feed.url).hostname for feed in feeds)
    assert hosts.most_common(1)[0][1] <= 3


def test_the_outlets_of_the_sample_story_are_shipped_as_they_can_be_had():
    catalogue = shipped_catalogue()
    outlets = {outlet.id: outlet for outlet in catalogue.outlets}
    addresses = Counter(feed.outlet for feed in catalogue.feeds)
    named = ["afp", "reuters", "ap", "express-uk", "military-com", "hngn", "newshub"]
    assert {name: addresses[name] for name in named} == {
        "afp": 0,  # sells to subscribers
        "reuters": 1,  # a news sitemap
        "ap": 0,  # no feed
        "express-uk": 1,
        "military-com": 1,
        "hngn": 0,  # no feed
        "newshub": 0,
    }
    assert {name for name in named if outlets[name].closed} == {"newshub"}
