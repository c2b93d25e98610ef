"""The clock of a publisher of whom only the address is known."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.extract.dates import Instant
from crawler.extract.document import parse
from crawler.extract.metadata import read_metadata
from crawler.extract.publication import publication
from crawler.extract.zones import _ZONES, zone_of
from crawler.model import Precision

PAGE = b"<html><body><h1>Queue at the crossing</h1><time>22.11.2026 10:00</time><p>It grew.</p>"


@pytest.mark.parametrize("ending", sorted(_ZONES))
def test_every_ending_names_a_zone_that_there_is(ending):
    now = datetime(2026, 11, 22, tzinfo=UTC)
    assert now.astimezone(zone_of(f"https://news.example.{ending}/1")) == now


@pytest.mark.parametrize(
    ("address", "hour"),
    [
        ("https://news.example.ua/1", 8),
        ("https://news.example.pl/1", 9),
        ("https://news.example/1", 10),
        ("https://news.example.com/1", 10),
        ("no address", 10),
    ],
)
def test_a_time_without_a_zone_is_read_by_the_clock_of_its_country(address, hour):
    found = read_metadata(parse(PAGE), address).published
    assert found
    assert found.at == datetime(2026, 11, 22, hour, tzinfo=UTC)


def test_what_is_known_of_an_outlet_goes_before_its_address():
    found = read_metadata(parse(PAGE), "https://news.example.ua/1", zone=UTC).published
    assert found
    assert found.at == datetime(2026, 11, 22, 10, tzinfo=UTC)


def test_a_bare_day_is_that_day_whatever_the_clock():
    page = PAGE.replace(b" 10:00", b"")
    found = read_metadata(parse(page), "https://news.example.ua/1").published
    assert found
    assert (found.at, found.precision) == (datetime(2026, 11, 22, tzinfo=UTC), Precision.DAY)


@pytest.mark.parametrize(("hours", "ahead"), [(2, False), (30, True)])
def test_a_day_that_has_begun_at_the_publishers_is_not_ahead(hours, ahead):
    day = Instant(datetime(2026, 11, 23, tzinfo=UTC), Precision.DAY)
    fetched = day.at - timedelta(hours=hours)
    at, dating = publication(day, None, fetched)
    assert (at, dating.clamped) == (fetched, ahead)
