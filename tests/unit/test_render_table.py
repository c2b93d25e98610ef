"""Stories as a table: what spreadsheets make of it, whatever publishers write."""

import csv
import io
from datetime import UTC, datetime, timedelta, timezone

import pytest

from crawler.render.table import Row, write_table

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def a_row(**facts):
    known = {
        "story": "9c1f", "articles": 2, "seen_utc": NOON, "relation": "copy", "published_utc": None,
        "fetched_utc": NOON, "outlet": "Wire", "country": "PL", "state_controlled": False,
        "language": "uk", "title": "Черги", "url": "https://wire.example/a", "credits": (),
        "places": (),
    }  # fmt: skip
    return Row(**known | facts)


def read(*rows):
    text = write_table(rows).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_a_table_begins_with_the_mark_that_spreadsheets_know_utf_8_by():
    assert write_table([]).startswith(b"\xef\xbb\xbfstory,articles,")


def test_an_article_is_a_row_with_times_in_utc_and_lists_in_one_cell():
    kyiv = NOON.astimezone(timezone(timedelta(hours=2)))
    (row,) = read(a_row(published_utc=kyiv, places=("Medyka", "Shehyni"), state_controlled=True))
    assert row["published_utc"] == "2026-11-22 12:00:00"
    assert row["places"] == "Medyka; Shehyni"
    assert row["state_controlled"] == "yes"
    assert row["title"] == "Черги"


@pytest.mark.parametrize(
    "word", ["=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", " =1", "\u202e=1"]
)
def test_no_word_of_a_publisher_is_a_formula(word):
    (row,) = read(a_row(title=word, outlet=word, credits=(word,)))
    assert {row["title"][0], row["outlet"][0], row["credits"][0]} == {"'"}


def test_commas_quotes_and_lines_stay_in_their_cell():
    (row,) = read(a_row(title='One, "two"\nthree'))
    assert row["title"] == 'One, "two" three'


def test_what_is_no_web_address_is_a_text():
    (row,) = read(a_row(url="=javascript:alert(1)"))
    assert row["url"] == "'=javascript:alert(1)"
