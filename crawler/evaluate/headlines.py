"""Labelled headlines and articles as files: comma-separated values, or JSON lines."""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.errors import ConfigError

RELEVANT = frozenset({"relevant", "yes", "1", "true"})


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline with what stands below it, and what an annotator says of it."""

    id: str
    title: str
    text: str = ""
    language: str = ""  # as labelled, or empty
    relevant: bool | None = None  # None: not labelled


def read_headlines(path: Path) -> list[Headline]:
    """Return the rows of a labelled file.

    CSV has the columns headline_id, label, language, headline and, if there is one, lead; label
    is `relevant` or anything else. JSON lines have title, text, and if known id, language, label.

    Raises:
        ConfigError: The file is missing or is neither.
    """
    rows = _json_lines if path.suffix in {".jsonl", ".json"} else _table
    try:
        return list(rows(path))
    except FileNotFoundError as error:
        raise ConfigError(f"{path} is missing", "name a file of labelled headlines") from error
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise ConfigError(
            f"{path} cannot be read ({error})",
            "give it the columns headline_id,label,language,headline or make it JSON lines",
        ) from error


def _table(path: Path) -> Iterator[Headline]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield Headline(
                row["headline_id"],
                row["headline"],
                row.get("lead") or "",
                row.get("language") or "",
                _label(row.get("label")),
            )


def _json_lines(path: Path) -> Iterator[Headline]:
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(filter(str.strip, lines), 1):
        row: Mapping[str, Any] = json.loads(line)
        named = row.get("headline_id") or row.get("id") or row.get("url") or number
        title = row.get("title") or row.get("headline") or ""
        text = row.get("text") or row.get("lead") or ""
        yield Headline(str(named), title, text, row.get("language") or "", _label(row.get("label")))


def _label(text: object) -> bool | None:
    if text is None or text == "":
        return None
    return str(text).strip().lower() in RELEVANT
