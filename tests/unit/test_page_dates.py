"""Does a publisher's spelling of a time become the right instant?"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crawler.extract.dates import Precision, read_instant

TEN = datetime(2026, 11, 10, 10, 0, tzinfo=UTC)
KYIV = ZoneInfo("Europe/Kyiv")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-10T12:00:00+02:00",
        "2026-11-10T10:00:00.000Z",
        "20261110T100000Z",
        "Tue, 10 Nov 2026 12:00:00 EET",
        "Tue, 10 Nov 2026 13:00 MSK",
        "10.11.2026 12:00 GMT+2",
        "November 10, 2026 5:00 AM EST",
        "1794304800",
    ],
)
def test_a_written_zone_is_obeyed(text):
    assert read_instant(text, KYIV).at == TEN


@pytest.mark.parametrize(
    "text",
    [
        "10 листопада 2026, 10:00",
        "10 листопада 2026 р. о 10:00",
        "10:00, 10 листопада 2026",
        "10 ноября 2026 года, 10:00",
        "10 лістапада 2026, 10:00",
        "10 listopada 2026, godz. 10.00",
        "10 noiembrie 2026, 10:00",
        "2026. november 10., kedd 10:00",
        "2026. nov. 10. 10:00",
        "2026. 11. 10. 10:00",
        "10 ноември 2026 г. в 10:00 ч.",
        "10 Kasım 2026 Salı 10:00",
        "10. novembra 2026 10:00",
        "2026 m. lapkričio 10 d. 10:00",
        "2026. gada 10. novembris 10:00",
        "10. November 2026, 10.00 Uhr",
        "Оновлено 10:00 10.11.2026",
        "10.11.2026, 10:00",
    ],
)
def test_month_names_and_orders_of_the_region_are_read(text):
    assert read_instant(text).at == TEN


def test_a_time_without_a_zone_is_the_outlets_own():
    assert read_instant("10.11.2026 12:00", KYIV).at == TEN
    assert read_instant("10.07.2026 13:00", KYIV).at == datetime(2026, 7, 10, 10, 0, tzinfo=UTC)


def test_a_bare_day_says_that_it_is_one():
    assert read_instant("10 листопада 2026").precision is Precision.DAY
    assert read_instant("2026-11-10 10:00").precision is Precision.MINUTE


@pytest.mark.parametrize(
    "text", ["", "1970-01-01T00:00:00Z", "03/04/2026", "99.99.2026", "2026-02-30", "сьогодні", "12"]
)
def test_what_names_no_day_for_certain_is_no_date(text):
    assert read_instant(text) is None
