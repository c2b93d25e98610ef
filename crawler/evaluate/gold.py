"""Pages with what a person says stands on them, in the layouts they are published in."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from crawler.errors import ConfigError


class Layout(StrEnum):
    """How a folder of labelled pages is laid out."""

    PAGES = "pages"  # gold.jsonl and the gzipped pages it names
    AEB = "aeb"  # the article-extraction-benchmark: ground-truth.json and html/*.html.gz


@dataclass(frozen=True, slots=True)
class GoldPage:
    """A page and what is on it; facts that were not labelled are None."""

    name: str
    html: bytes
    body: str
    url: str = ""
    title: str | None = None
    published: str | None = None  # as labelled; ISO 8601, with a zone or without
    authors: tuple[str, ...] | None = None


def read_gold(folder: Path, layout: Layout = Layout.PAGES) -> list[GoldPage]:
    """Return the labelled pages of a folder, in the order of its list.

    Raises:
        ConfigError: The folder does not hold what its layout promises.
    """
    readers = {Layout.PAGES: _pages, Layout.AEB: _benchmark}
    try:
        return list(readers[layout](folder))
    except FileNotFoundError as error:
        raise ConfigError(
            f"{error.filename} is missing", "name a folder of labelled pages and its --format"
        ) from error
    except (ValueError, KeyError, OSError) as error:
        raise ConfigError(f"{folder} cannot be read as {layout}: {error}") from error


def _pages(folder: Path) -> Iterator[GoldPage]:
    lines = (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, filter(str.strip, lines)):
        yield _page(row, row["file"], _unpacked(folder / row["file"]))


def _page(row: Mapping[str, Any], name: str, html: bytes) -> GoldPage:
    authors = row.get("authors")
    return GoldPage(
        name=name,
        html=html,
        body=row["body"],
        url=row.get("url") or "",
        title=row.get("title"),
        published=row.get("published"),
        authors=None if authors is None else tuple(authors),
    )


def _benchmark(folder: Path) -> Iterator[GoldPage]:
    truth = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))
    for name, row in truth.items():
        html = _unpacked(folder / "html" / f"{name}.html.gz")
        yield GoldPage(name, html, row.get("articleBody", ""), row.get("url") or "")


def _unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
