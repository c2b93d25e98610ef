"""Labelled headlines and articles as files: comma-separated values, or JSON lines."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.errors import ConfigError

RELEVANT = frozenset({"relevant", "yes", "y", "1", "1.0", "true", "on topic", "positive"})
IRRELEVANT = frozenset(
    {"irrelevant", "not relevant", "non relevant", "no", "n", "0", "0.0", "false", "off topic",
     "negative"}
)  # fmt: skip
UNLABELLED = frozenset({"", "none", "null", "nan", "?"})
_TITLES, _TEXTS = ("headline", "title"), ("lead", "text", "body", "summary")
_IDS, _LABELS = ("headline_id", "id", "url"), ("label", "relevance", "relevant")


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline with what stands below it, and what an annotator says of it."""

    id: str
    title: str
    text: str = ""
    language: str = ""  # as labelled, or empty
    relevant: bool | None = None  # None: not labelled


def read_headlines(path: Path) -> list[Headline]:
    """Return the rows of a labelled file, plain or gzipped.

    A table has a column `headline`, and if there are such `headline_id`, `label`, `language` and
    `lead`, separated by commas, semicolons or tabs. JSON lines, or one list, have `title` and, if
    known, `text`, `id`, `language`, `label`.

    Raises:
        ConfigError: The file is missing, is neither, or says of a row what is no label.
    """
    try:
        text = _unpacked(path.read_bytes()).decode("utf-8-sig")
        rows = _json_rows(text) if text.lstrip()[:1] in {"{", "["} else _table_rows(text)
        return [_headline(row, number) for number, row in enumerate(rows, 1)]
    except FileNotFoundError as error:
        raise ConfigError(f"{path} is missing", "name a file of labelled headlines") from error
    except (KeyError, ValueError, TypeError, OSError, EOFError, zlib.error, csv.Error) as error:
        raise ConfigError(
            f"{path} cannot be read ({error})",
            "give it the columns headline_id,label,language,headline or make it JSON lines",
        ) from error


def _unpacked(data: bytes) -> bytes:
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


def _table_rows(text: str) -> Iterator[Mapping[str, Any]]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if not set(names) & set(_TITLES):
        raise ValueError("it has no column headline")
    reader.fieldnames = names
    yield from reader


def _json_rows(text: str) -> Iterator[Mapping[str, Any]]:
    if text.lstrip().startswith("["):
        yield from json.loads(text)
        return
    yield from map(json.loads, filter(str.strip, text.splitlines()))


def _headline(row: Mapping[str, Any], number: int) -> Headline:
    title, text = _first(row, _TITLES), _first(row, _TEXTS)
    if not title and not text:
        raise ValueError(f"row {number} has neither headline nor text")
    return Headline(
        _first(row, _IDS) or str(number),
        title,
        text,
        _first(row, ("language", "lang")),
        _label(_first(row, _LABELS), number),
    )


def _first(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    values = (row.get(name) for name in names)
    return next((str(value).strip() for value in values if value not in {None, ""}), "")


def _label(text: str, number: int) -> bool | None:
    spelled = " ".join(text.lower().replace("_", " ").replace("-", " ").split())
    if spelled in UNLABELLED:
        return None
    if spelled not in RELEVANT | IRRELEVANT:
        raise ValueError(f"row {number}: {text!r} is no label, relevant or irrelevant is")
    return spelled in RELEVANT
