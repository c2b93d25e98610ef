"""A story file as its author wrote it: TOML above, texts in Markdown below.

    +++
    [[page]]
    outlet = "carpathian-wire"
    text = "wire"
    ago = 30.0

    [[page]]
    outlet = "border-courier"
    relation = "copy"
    of = "carpathian-wire"
    ago = 29.2
    +++

    # wire: Poland to open a third lane at Medyka

    First paragraph.

    @ other-file/wire 1-3

A line that begins with `@` quotes paragraphs of another file's text.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_HEADING = re.compile(r"^# ([\w-]+)(?:: (.+))?$", re.MULTILINE)
_QUOTE = re.compile(r"@ ([\w-]+/[\w-]+) (\d+)-(\d+)")


@dataclass(frozen=True, slots=True)
class Text:
    """A headline and the paragraphs below it."""

    headline: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One page as its story file describes it; names are the file's own.

    `text` names a text of the same file; without it the page starts from the text of the page
    it is `of`. Then, in this order: `keep` the first paragraphs, apply `edits`, put the text
    `lead` before, the text `plus` and the line `credit` after, `fill` in `{names}`.
    """

    outlet: str
    ago: float  # hours before the world's base instant
    id: str = ""  # within the file; the outlet's id unless given
    text: str = ""
    relation: str = ""
    of: tuple[str, ...] = ()
    headline: str = ""
    keep: int = 0  # 0: all
    edits: tuple[tuple[str, str], ...] = ()
    lead: str = ""
    plus: str = ""
    credit: str = ""
    fill: Mapping[str, str] = field(default_factory=dict)
    act: int = 1
    feed: str = "main"
    path: str = ""  # overrides the outlet's own way of making addresses
    skip: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Manuscript:
    """The pages and texts of one story file."""

    name: str
    pages: tuple[Spec, ...]
    texts: Mapping[str, Text]


def read_manuscript(name: str, source: str) -> Manuscript:
    """Return the manuscript that `source` holds.

    Raises:
        ValueError: The front matter is missing or is not TOML, or two pages share an id.
        TypeError: A page has a key that nobody reads, or lacks outlet or ago.
    """
    _, front, body = source.split("+++\n", 2)
    pages = tuple(_spec(page) for page in tomllib.loads(front)["page"])
    names = [page.id for page in pages]
    if twice := next((one for one in names if names.count(one) > 1), ""):
        raise ValueError(f"{name}: two pages are called {twice}")
    return Manuscript(name, pages, _texts(body))


def quoted(text: Text, texts: Mapping[str, Text]) -> tuple[str, ...]:
    """Return the text's paragraphs with `@` lines replaced by what they quote."""
    paragraphs: list[str] = []
    for paragraph in text.paragraphs:
        quote = _QUOTE.fullmatch(paragraph)
        if quote is None:
            paragraphs.append(paragraph)
        else:
            first, last = int(quote[2]) - 1, int(quote[3])
            paragraphs.extend(texts[quote[1]].paragraphs[first:last])
    return tuple(paragraphs)


def _spec(page: dict[str, Any]) -> Spec:
    of = page.pop("of", ())
    return Spec(
        of=(of,) if isinstance(of, str) else tuple(of),
        edits=tuple((old, new) for old, new in page.pop("edits", ())),
        id=page.pop("id", page["outlet"]),
        **page,
    )


def _texts(body: str) -> dict[str, Text]:
    parts = _HEADING.split(body)[1:]
    heads = zip(parts[0::3], parts[1::3], parts[2::3], strict=True)
    return {name: Text(headline or "", _paragraphs(rest)) for name, headline, rest in heads}


def _paragraphs(block: str) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in block.split("\n\n") if part.strip())
