"""Labelled data as files: articles as JSON lines, pairs as tab-separated values.

Both formats are described in docs/reference/evaluate-dedup.md.
"""

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from gzip import GzipFile
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import Any

from crawler.errors import ConfigError
from crawler.model import Precision
from crawler.read.dates import read_date

_GZIP = b"\x1f\x8b"  # RFC 1952, 2.3.1
SHOWN = 40  # letters of what is refused
_NEEDED = ("url_a", "url_b", "relation")


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
    def is_sought(self) -> bool:
        """Whether a pair so labelled is to be found; a digest is, for it holds the other whole."""
        return self.is_one_text or self is Label.DIGEST

    @property
    def is_one_text(self) -> bool:
        """Whether a pair so labelled is to stand in one story."""
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
    unread: str = ""  # the time that stands there, where it cannot be read


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
    with _lines(path, "name a JSON lines file, plain or gzipped") as lines:
        for number, line in lines:
            yield _sample(line, f"{path}, line {number}")


def read_pairs(path: Path) -> list[LabelledPair]:
    """Return the labelled pairs of a tab-separated file with a header, plain or gzipped.

    Raises:
        ConfigError: The file is missing, lacks a column, or a row is not a labelled pair.
    """
    with _lines(path, "name a file with columns url_a, url_b, relation") as lines:
        columns = [name.casefold() for name in _cells(next(lines, (1, ""))[1])]
        _check_columns(columns, path)
        return [
            _pair(dict(zip(columns, _cells(line), strict=False)), f"{path}, row {number}")
            for number, line in lines
        ]


def told_once(pairs: Iterable[LabelledPair]) -> tuple[list[LabelledPair], list[LabelledPair]]:
    """Return each pair as it was labelled first, and the others.

    Those are pairs labelled again, also the other way round or otherwise, and articles paired with
    themselves: each would count one answer several times.
    """
    first: dict[frozenset[str], LabelledPair] = {}
    again = []
    for pair in pairs:
        both = frozenset((pair.one, pair.other))
        if len(both) > 1 and both not in first:
            first[both] = pair
        else:
            again.append(pair)
    return list(first.values()), again


@contextmanager
def _lines(path: Path, remedy: str) -> Iterator[Iterator[tuple[int, str]]]:
    """Yield the lines of a file that are not blank, each with its number.

    Raises:
        ConfigError: The file cannot be read to its end.
    """
    try:
        with path.open("rb") as file, _text_of(file) as lines:
            yield ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not in UTF-8: {error}", "write it in UTF-8") from error
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}", remedy) from error
    except (EOFError, zlib.error) as error:
        raise ConfigError(f"{path} is damaged: {error}", "pack it anew") from error


def _text_of(file: BufferedReader) -> TextIOWrapper:
    zipped = file.peek(len(_GZIP)).startswith(_GZIP)
    return TextIOWrapper(GzipFile(fileobj=file) if zipped else file, encoding="utf-8-sig")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("\t")]


def _check_columns(columns: Sequence[str], path: Path) -> None:
    if lacking := [name for name in _NEEDED if name not in columns]:
        raise ConfigError(
            f"{path}: no column {' and '.join(lacking)} in its first row, which begins "
            f"{', '.join(columns)[:SHOWN]!r}",
            "separate columns by tabs, and name them in the first row",
        )


def _sample(line: str, where: str) -> Sample:
    try:
        fields = _object(line)
        told, published = fields.get("published"), _instant(fields.get("published"))
        return Sample(
            url=_url(fields["url"]),
            outlet=_text(fields.get("outlet")),
            published=published,
            title=_text(fields.get("title")),
            text=_text(fields["text"]),
            precision=_precision(fields.get("precision"), published),
            unread=str(told) if told and published is None else "",
        )
    except json.JSONDecodeError as error:
        raise _no_article(where, f"{error.msg} at its letter {error.pos + 1}") from error
    except KeyError as error:
        raise _no_article(where, f"it has no {error.args[0]}") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise _no_article(where, str(error)) from error


def _object(line: str) -> dict[str, Any]:
    fields: Any = json.loads(line)
    if not isinstance(fields, dict):
        raise TypeError("it is no JSON object")
    return fields


def _url(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"its url is {value!r}")
    return _text(value.strip())


def _text(value: object) -> str:
    """Return a value as text; half a surrogate pair, which JSON may escape, becomes U+FFFD.

    A number is taken for what it looks like, null for nothing.
    """
    if isinstance(value, list | dict):
        raise TypeError(f"{json.dumps(value)[:SHOWN]} is no text")
    return str(value or "").encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _no_article(where: str, why: str) -> ConfigError:
    return ConfigError(
        f"{where}: no article: {why}", "give url, outlet, published, title and text as JSON"
    )


def _instant(value: object) -> datetime | None:
    """Return a time as ISO 8601 writes it, or as feeds do; in UTC where no zone is told.

    An article without one, or with another, is judged without.
    """
    try:
        at = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return read_date(str(value), zone="UTC")
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _precision(told: object, published: datetime | None) -> Precision | None:
    """Return whether a time tells the day only, as it says of itself, or because it is midnight.

    That is a date without an hour in nearly all collections of news.
    """
    midnight = published is not None and published.time() == time.min
    return Precision.DAY if midnight or told == Precision.DAY else None


def _pair(row: Mapping[str, str], where: str) -> LabelledPair:
    try:
        return LabelledPair(
            one=row.get("url_a", ""),
            other=row.get("url_b", ""),
            label=_label(row.get("relation", "")),
            sure=(row.get("confidence") or "sure").lower() == "sure",
            note=row.get("note", ""),
        )
    except ValueError as error:
        raise ConfigError(
            f"{where}: no labelled pair: {error}", f"relation is one of {', '.join(Label)}"
        ) from error


def _label(value: str) -> Label:
    try:
        return Label(value.lower())
    except ValueError as error:
        raise ValueError(f"its relation is {value[:SHOWN]!r}") from error
