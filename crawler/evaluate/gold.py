"""Pages with what a person says stands on them, in the layouts they are published in."""

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
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
    except KeyError as error:
        raise ConfigError(f"{folder}, read as {layout}: a page lacks {error}") from error
    except (ValueError, TypeError, AttributeError, OSError, EOFError, zlib.error) as error:
        raise ConfigError(f"{folder} cannot be read as {layout}: {error}") from error


def _pages(folder: Path) -> Iterator[GoldPage]:
    lines = _read(folder / "gold.jsonl").decode("utf-8-sig").splitlines()
    for row in map(json.loads, filter(str.strip, lines)):
        yield _page(row, row["file"], _read(folder / row["file"]))


def _page(row: Mapping[str, Any], name: str, html: bytes) -> GoldPage:
    authors = row.get("authors")
    return GoldPage(
        name=name,
        html=html,
        body=row["body"] or "",
        url=row.get("url") or "",
        title=row.get("title"),
        published=_instant(row.get("published")),
        authors=(authors,) if isinstance(authors, str) else authors and tuple(authors),
    )


def _instant(text: str | None) -> str | None:
    """Return a labelled time as it is, or None for none; one that is no time is refused."""
    if text:
        datetime.fromisoformat(text)
    return text or None


def _benchmark(folder: Path) -> Iterator[GoldPage]:
    truth = json.loads(_read(folder / "ground-truth.json").decode("utf-8-sig"))
    for name, row in truth.items():
        html = _read(folder / "html" / f"{name}.html.gz")
        yield GoldPage(name, html, row.get("articleBody") or "", row.get("url") or "")


def _read(path: Path) -> bytes:
    """Return a file's bytes, unpacked; it may be there gzipped or plain, whatever it is called."""
    other = path.with_suffix("") if path.suffix == ".gz" else path.with_name(f"{path.name}.gz")
    data = (other if not path.exists() and other.exists() else path).read_bytes()
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
