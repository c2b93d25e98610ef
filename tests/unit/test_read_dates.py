from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.read.dates import _MONTHS, read_date

TEN = datetime(2026, 11, 10, 10, tzinfo=UTC)
EIGHT = datetime(2026, 11, 10, 8, tzinfo=UTC)
SEVEN = datetime(2026, 11, 10, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        # the standard forms
        ("Tue, 10 Nov 2026 10:00:00 GMT", TEN),
        ("Tue, 10 Nov 2026 10:00:00 +0200", EIGHT),
        ("Tue, 10 Nov 2026 10:00:00 -0000", TEN),
        ("10 Nov 2026 10:00 Z", TEN),
        ("Tue,  10 Nov 2026 10:00:00   UT", TEN),
        ("2026-11-10T10:00:00Z", TEN),
        ("2026-11-10T10:00:00.123456+02:00", EIGHT.replace(microsecond=123456)),
        ("2026-11-10 10:00:00 +0200", EIGHT),
        ("2026-11-10T10:00+0200", EIGHT),
        ("Tue, 10 Nov 26 10:00:00 GMT", TEN),
        ("10 Nov 26 10:00 +0200", EIGHT),
        # zones that feedparser takes for UTC
        ("Tue, 10 Nov 2026 10:00:00 EET", EIGHT),
        ("Tue, 10 Nov 2026 10:00:00 EEST", SEVEN),
        ("Tue, 10 Nov 2026 10:00:00 MSK", SEVEN),
        ("Tue, 10 Nov 2026 10:00:00 CET", datetime(2026, 11, 10, 9, tzinfo=UTC)),
        ("Tue, 10 Nov 2026 10:00:00 CEST", EIGHT),
        ("Tue, 10 Nov 2026 10:00:00 EST", datetime(2026, 11, 10, 15, tzinfo=UTC)),
        ("Tue, 10 Nov 2026 10:00:00 Europe/Kiev", EIGHT),
        ("Fri, 10 Jul 2026 10:00:00 Europe/Kyiv", datetime(2026, 7, 10, 7, tzinfo=UTC)),
        ("Tue, 10 Nov 2026 10:00:00 UTC+0200", EIGHT),
        ("Tue, 10 Nov 2026 10:00:00 GMT+2", EIGHT),
        ("Tue, 10 Nov 2026 10:00:00 GMT +03:00", SEVEN),
        ("Tue, 10 Nov 2026 10:00:00 +0200 (EET)", EIGHT),
        # months in other languages
        ("вт, 10 листопада 2026 10:00:00 +0200", EIGHT),
        ("10 листопада 2026 р. о 10:00 EET", EIGHT),
        ("Вт, 10 ноя 2026 10:00:00 +0300", SEVEN),
        ("10 ноября 2026 г. в 10:00 МСК", SEVEN),
        ("wt., 10 lis 2026 10:00:00 +0200", EIGHT),
        ("10 listopada 2026, 10:00 +0200", EIGHT),
        ("10 noiembrie 2026 10:00 EET", EIGHT),
        ("2026. november 10. 10:00 UTC+2", EIGHT),
        ("2026. nov. 10. 10:00 UTC+2", EIGHT),
        ("2026. márc. 10. 10:00 +0200", datetime(2026, 3, 10, 8, tzinfo=UTC)),
        ("10. november 2026 10:00 +0200", EIGHT),
        ("10 listopada 2026, godz. 10:00 +0200", EIGHT),
        ("10 Kasım 2026 10:00 +0200", EIGHT),
        ("10 Kas 2026, 10:00 +0200", EIGHT),
        ("10 ное 2026 10:00 +0200", EIGHT),
        ("10. November 2026 um 10:00 Uhr +0200", EIGHT),
        ("10 de noviembre de 2026 10:00 +0200", EIGHT),
        ("2026 m. lapkričio 10 d. 10:00 EET", EIGHT),
        ("November 10, 2026 10:00 AM EST", datetime(2026, 11, 10, 15, tzinfo=UTC)),
        ("10 Kasım 2026 Salı 10:00 +0200", EIGHT),
        ("2026. november 10., kedd, 10:00 +0200", EIGHT),
        # as programs write them
        ("Tue Nov 10 10:00:00 EET 2026", EIGHT),
        ("Tue Nov 10 10:00:00 +0200 2026", EIGHT),
        ("Tue Nov  3 10:00:00 GMT 2026", datetime(2026, 11, 3, 10, tzinfo=UTC)),
        ("20261110T100000Z", TEN),
        ("20261110T1000+0200", EIGHT),
        ("2026-11-10t10:00:00z", TEN),
        # days in figures
        ("10.11.2026 10:00 +0200", EIGHT),
        ("10.11.2026, 10:00:30 EET", EIGHT.replace(second=30)),
        ("2026/11/10 10:00 GMT", TEN),
        ("2026. 11. 10. 10:00 GMT", TEN),
        ("25/11/2026 10:00 GMT", datetime(2026, 11, 25, 10, tzinfo=UTC)),
        ("11/25/2026 10:00 PM GMT", datetime(2026, 11, 25, 22, tzinfo=UTC)),
        # the edges of a day
        ("Tue, 10 Nov 2026 24:00:00 GMT", datetime(2026, 11, 11, tzinfo=UTC)),
        ("Tue, 10 Nov 2026 10:00:60 GMT", TEN.replace(second=59)),
        ("10.11.2026 12:30 AM GMT", datetime(2026, 11, 10, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_date_is_read_as_its_publisher_meant_it(text, moment):
    assert read_date(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday at noon",
        "2026-11-10",  # when on that day?
        "10 листопада 2026",
        "2026-11-10T10:00:00",  # whose ten o'clock?
        "10.11.2026 10:00",
        "Tue, 10 Nov 2026 10:00:00 BST",  # British, or Bangladesh?
        "Tue, 10 Nov 2026 10:00:00 XYZ",
        "Tue, 10 Nov 2026 10:00:00 Mars/Olympus",
        "Tue, 10 Nov 2026 10:00:00 ../../etc/passwd",
        "Tue, 10 Nov 2026 10:00:00 +9900",
        "10/11/2026 10:00 GMT",  # October or November?
        "31.02.2026 10:00 GMT",
        "Tue, 10 Nov 2026 25:00:00 GMT",
        "Tue, 10 Nov 2026 10:61:00 GMT",
        "10.11.2026 13:00 PM GMT",
        "10 Smarch 2026 10:00 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",  # a clock at its zero
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-12:00",
        "story 10.11.2026 10:00 GMT and more",
        "https://outlet.example/10.11.2026 10:00 GMT",
        "1762768800",
        "10.11.2026 10:00 GMT" + " " * 200 + ".",
    ],
)
def test_a_date_that_is_not_certain_is_none(text):
    assert read_date(text) is None


def test_a_date_without_a_zone_is_read_in_the_outlets_own():
    assert read_date("10.11.2026 10:00", zone="Europe/Kyiv") == EIGHT
    assert read_date("2026-11-10T10:00:00", zone="Europe/Kyiv") == EIGHT
    assert read_date("2026-11-10T10:00:00", zone="Nowhere/Land") is None


def test_a_zone_the_text_names_outweighs_the_outlets_own():
    assert read_date("10.11.2026 10:00 +0200", zone="America/New_York") == EIGHT


def test_an_ambiguous_abbreviation_means_what_it_means_to_the_outlet():
    summer = "Fri, 10 Jul 2026 10:00:00 BST"
    assert read_date(summer, zone="Europe/London") == datetime(2026, 7, 10, 9, tzinfo=UTC)
    assert read_date(summer, zone="Europe/Kyiv") is None


def test_every_row_of_months_is_twelve_and_no_word_is_two_months():
    rows = [row.split() for row in _MONTHS.splitlines()]
    assert {len(row) for row in rows} == {12}
    meanings: dict[str, set[int]] = {}
    for row in rows:
        for number, name in enumerate(row, 1):
            meanings.setdefault(name, set()).add(number)
    assert {name for name, numbers in meanings.items() if len(numbers) > 1} == set()


@given(st.text(max_size=120), st.sampled_from(["", "Europe/Kyiv", "no/such", "\0"]))
def test_no_text_breaks_the_reader(text, zone):
    moment = read_date(text, zone=zone)
    assert moment is None or moment.tzinfo is UTC


@given(st.integers(631_300_000, 4_102_444_800))
def test_a_date_in_standard_form_is_read_to_the_second(seconds):
    moment = second = datetime.fromtimestamp(seconds, UTC)
    assert read_date(f"{moment:%a, %d %b %Y %H:%M:%S} +0000") == second
    assert read_date(second.isoformat()) == second
