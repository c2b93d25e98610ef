"""Labelled data as files: articles as JSON lines, pairs as tab-separated values.

Both formats are described in docs/reference/evaluate-dedup.md.
"""

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Any

from crawler.errors import ConfigError
from crawler.model import Precision


class Label(StrEnum):
    """What an annotator says of a pair: five labels, and our own words for those who use them."""

    COPY = "copy"
    EXCERPT = "excerpt"
    PARTIAL = "partial"
    BOILERPLATE = "boilerplate"
    DIFFERENT = "different"
    REVISION = "revision"
    EXPANSION = "expansion"
    DIGEST = "digest"
    TEMPLATE = "template"
    UNRELATED = "unrelated"

    @property
    def is_one_text(self) -> bool:
        """Whether a pair so labelled is to be found."""
        return self in (Label.COPY, Label.EXCERPT, Label.REVISION, Label.EXPANSION)


@dataclass(frozen=True, slots=True)
class Sample:
    """An article to be placed."""

    url: str
    outlet: str
    published: datetime | None
    title: str
    text: str
    precision: Precision | None = None  # of the time; None: as exact as it is written


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """What an annotator says of two articles, and how surely."""

    one: str  # url
    other: str
    label: Label
    sure: bool
    note: str = ""


def read_samples(path: Path) -> Iterator[Sample]:
    """Yield the articles of a JSON lines file, plain or gzipped, in order.

    Raises:
        ConfigError: The file is missing, or a line is not an article.
    """
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _sample(line, f"{path}, line {number}")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}", "name a JSON lines file") from error


def read_pairs(path: Path) -> list[LabelledPair]:
    """Return the labelled pairs of a tab-separated file with a header.

    Raises:
        ConfigError: The file is missing, or a row is not a labelled pair.
    """
    try:
        with path.open(encoding="utf-8", newline="") as rows:
            reader = csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE)
            return [_pair(row, f"{path}, row {number}") for number, row in enumerate(reader, 2)]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}", "name a file with columns url_a, url_b, relation"
        ) from error


def _sample(line: str, where: str) -> Sample:
    try:
        fields: dict[str, Any] = json.loads(line)
        published = _instant(fields.get("published"))
        return Sample(
            url=str(fields["url"]),
            outlet=str(fields.get("outlet") or ""),
            published=published,
            title=str(fields.get("title") or ""),
            text=str(fields["text"] or ""),
            precision=Precision.DAY if _tells_the_day(published) else None,
        )
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise ConfigError(
            f"{where}: no article ({error!r})", "give url, outlet, published, title and text"
        ) from error


def _instant(value: object) -> datetime | None:
    """Return an ISO 8601 time; an article without one, or with another, is judged without."""
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _tells_the_day(published: datetime | None) -> bool:
    """Whether a time is midnight: a date without an hour, in nearly all collections of news."""
    return published is not None and published.time() == time.min


def _pair(row: dict[str, str | None], where: str) -> LabelledPair:
    try:
        return LabelledPair(
            one=row["url_a"] or "",
            other=row["url_b"] or "",
            label=Label((row["relation"] or "").strip().lower()),
            sure=(row.get("confidence") or "sure").strip().lower() == "sure",
            note=row.get("note") or "",
        )
    except (KeyError, ValueError) as error:
        raise ConfigError(
            f"{where}: no labelled pair ({error})",
            f"relation is one of {', '.join(Label)}; confidence is sure or fair",
        ) from error
