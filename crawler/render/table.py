"""Stories as a table for spreadsheets: a row for each article, in CSV (RFC 4180)."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from crawler.render.document import address, plain

MEDIA_TYPE = "text/csv"
MARK = "\ufeff"  # by which spreadsheets know UTF-8
ACTIVE = ("=", "+", "-", "@")  # a cell that begins so is computed


@dataclass(frozen=True, slots=True)
class Row:
    """An article of a story; the names of its fields are the columns."""

    story: str
    articles: int  # of the story
    seen_utc: datetime  # the story, first
    relation: str  # to the canonical article, or `canonical`
    published_utc: datetime | None
    fetched_utc: datetime
    outlet: str  # its name
    country: str
    state_controlled: bool
    language: str
    title: str
    url: str
    credits: Sequence[str]
    places: Sequence[str]  # their names


def write_table(rows: Iterable[Row]) -> bytes:
    """Return the table with its head; times are in UTC, words are never formulas."""
    written = io.StringIO()
    columns = [one.name for one in fields(Row)]
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([_cell(getattr(row, name)) for name in columns] for row in rows)
    return f"{MARK}{written.getvalue()}".encode()


def _cell(value: object) -> str | int:
    match value:
        case bool():
            return "yes" if value else ""
        case int():
            return value
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        case str():
            return address(value) or _inert(plain(value))
        case None:
            return ""
        case _:
            return _inert("; ".join(map(plain, value)))  # type: ignore[call-overload]


def _inert(text: str) -> str:
    """Return a text that no spreadsheet computes."""
    return f"'{text}" if text.startswith(ACTIVE) else text
