"""When a page's article appeared and was changed, by what the page says and shows.

Source: docs/decisions/0182-time-and-its-source.md
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import tzinfo
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.extract.blocks import Block, blocks_of
from crawler.extract.dates import Instant, read_instant
from crawler.extract.nearness import nearest
from crawler.extract.structured import Node, first
from crawler.extract.titles import clean, letters
from crawler.model import DateSource, Precision

PUBLISHED_NAMES = (
    "article:published_time", "article:published:time", "og:article:published_time",
    "og:published_time", "datepublished", "date.issued",
    "dcterms.created", "dc.date.issued", "dc.date", "dcterms.date", "parsely-pub-date",
    "sailthru.date", "pubdate", "publishdate", "publish-date", "publish_date", "published_date",
    "article.published", "published_time", "release_date", "date", "cxenseparse:recs:publishtime",
)  # fmt: skip
UPDATED_NAMES = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "last-modified",
    "dcterms.modified",
)
_DATE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:date|datetime|datum|pub\w*|posted|time(?:stamp)?)(?:$|[\s_-])"
)
_LONGEST_LINE = 80  # letters; a date line, not a block
_LONGEST_BYLINE = 120  # letters of a line that tells more than a date
_FEW_AFTER, _FEW_BEFORE = 12, 4  # blocks around the title among which the date line is
_MOST_WORDS = 7  # of a date line without a word for publishing
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_END = re.compile(r"[^\W\d_]{3}[.!?…][»”\"]?$")
_PUBLISHED = re.compile(
    r"\b(?:published|posted|created|опубл\w+|опубліковано|создан\w*|публик\w+|апубл\w+|дадад\w+"
    r"|opublikowan\w+|dodan\w+|publik\w+|vydan\w+|publicat\w*|megjelen\w*|létrehoz\w*|közzé\w*"
    r"|yayın\w*|erstellt|veröffentlicht)\b",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"\W*\b(?:(?:last )?(?:updated?|modified)|upd(?:ate)?|akt|оновлен\w*|обновлен\w*|изменен\w*"
    r"|абноўлен\w*|актуализ\w+|обновен\w*|aktuali[sz]\w+|zaktualizowan\w+|edytowan\w+|módosít\w*|frissít\w*"
    r"|actualizat\w*|güncelle\w*|son güncelle\w*|stand)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\W*(?:[01]?\d|2[0-3])[:.][0-5]\d(?:\s?(?:uhr|ч\.?|h))?\W*", re.IGNORECASE)
_HAS_CLOCK = re.compile(r"\d:\d\d")
_IN_PATH = re.compile(r"(?<!\d)(?:19|20)\d\d([/-])\d\d?\1\d\d?(?!\d)")
_Claim = tuple[DateSource, str]


def published_at(
    tree: HtmlElement,
    meta: Mapping[str, str],
    node: Node,
    *,
    address: str,
    title: str,
    zone: tzinfo,
) -> Instant | None:
    """Return when the article appeared: what the page says, then what it shows near its title.

    Last come the day behind the title in the document's, and the one in the address.

    Args:
        tree: The page.
        meta: Contents of its meta elements by name, in lower case.
        node: The article's structured data.
        address: Where the page was found.
        title: The article's, by which its own date line is known from those of others; without
            one no line counts.
        zone: For times written without one.
    """

    def claims() -> Iterator[_Claim]:
        yield DateSource.JSON_LD, first(node.get("datePublished"))
        for name in PUBLISHED_NAMES:
            yield DateSource.META, meta.get(name, "")
        for value in _marked(tree, title):
            yield DateSource.TEXT, value
        yield DateSource.JSON_LD, first(node.get("dateCreated"))
        shown = (*_named(tree, title), *_near(tree, title)) if letters(title) else ()
        for value in (*shown, *_beside(tree, title, address)):
            yield DateSource.TEXT, value

    return _time(claims(), zone)


def updated_at(meta: Mapping[str, str], node: Node, zone: tzinfo) -> Instant | None:
    """Return when the article was changed, by the page's own word."""
    values = (meta.get(name, "") for name in UPDATED_NAMES)
    told = [
        (DateSource.JSON_LD, first(node.get("dateModified"))),
        *((DateSource.META, value) for value in values),
    ]
    return _time(told, zone)


def _time(claims: Iterable[_Claim], zone: tzinfo) -> Instant | None:
    """Return the first claim that can be read, refined by a later one of the same day."""
    best: Instant | None = None
    for source, claim in claims:
        instant = read_instant(claim, zone) if claim else None
        if instant is None:
            continue
        if best is None:
            best = replace(instant, source=source)
        elif instant.precision is not Precision.DAY and _is_that_day(instant, best, zone):
            return replace(instant, source=source)
        if best.precision is not Precision.DAY:
            return best
    return best


def _is_that_day(moment: Instant, day: Instant, zone: tzinfo) -> bool:
    return day.at.date() in {moment.at.date(), moment.at.astimezone(zone).date()}


# --- what elements say -----------------------------------------------------------------------


def _marked(tree: HtmlElement, title: str) -> Iterator[str]:
    """Yield what machines are told of times, the nearest to the title first.

    Without a title nothing tells the article's own among several.
    """
    told = [
        element.get("datetime") or element.get("content") or element.get("title") or ""
        for element in nearest(tree, title, "time", "span", "div", "p", "abbr")
        if element.tag == "time" or element.get("itemprop") == "datePublished"
    ]
    if letters(title) or len(set(told)) == 1:
        yield from told


def _named(tree: HtmlElement, title: str) -> Iterator[str]:
    """Yield lines that are called dates, the nearest to the title first, updates last."""
    lines: list[str] = []
    for element in nearest(tree, title, "time", "span", "div", "p"):
        names = f"{element.get('class') or ''} {element.get('id') or ''}".lower()
        if element.tag == "time" or _DATE_NAMES.search(names):
            text = clean(element.text_content())
            if text and len(text) <= _LONGEST_LINE:
                lines.append(_as_published(text))
    yield from sorted(lines, key=_tells_update)


def _as_published(line: str) -> str:
    """Return of a line what tells of the publication, without what tells of an update."""
    if not _UPDATED.match(line):
        later = _UPDATED.search(line)
        return line[: later.start()] if later else line
    found = _PUBLISHED.search(line)
    return line[found.start() :] if found else line


# --- what is shown around the title ----------------------------------------------------------


def _near(tree: HtmlElement, title: str) -> Iterator[str]:
    """Yield date lines around the title, whatever they are called, the nearest first."""
    blocks = blocks_of(tree)
    texts = [block.text for block in blocks]
    at = _place(blocks, title)
    if at is None:
        return
    places = [*range(at + 1, at + 1 + _FEW_AFTER), *range(at - 1, at - 1 - _FEW_BEFORE, -1)]
    lines = [_with_clock(texts, place) for place in places if 0 <= place < len(texts)]
    behind = texts[at].removeprefix(title)
    yield from sorted(filter(_is_date_line, [behind, *lines]), key=_tells_update)


def _place(blocks: Sequence[Block], title: str) -> int | None:
    """Return where the title stands: as a heading, else wherever it does."""
    wanted = letters(title)
    told = [letters(block.text) for block in blocks]
    places = [at for at, text in enumerate(told) if text == wanted] or [
        at for at, text in enumerate(told) if text.startswith(wanted)
    ]
    return min(places, key=lambda at: (not blocks[at].is_heading, at), default=None)


def _with_clock(texts: Sequence[str], at: int) -> str:
    """Return a line with the time of day that stands beside it, where it tells none."""
    beside = [texts[place] for place in (at + 1, at - 1) if 0 <= place < len(texts)]
    clock = next(filter(_CLOCK.fullmatch, beside), "")
    text = _as_published(texts[at])
    return text if _HAS_CLOCK.search(text) else f"{text} {clock}"


def _is_date_line(text: str) -> bool:
    """Tell whether a line is short and says little but names and times."""
    if len(text) > _LONGEST_BYLINE or _SENTENCE_END.search(text):
        return False
    return len(_WORD.findall(text)) <= _MOST_WORDS or bool(_PUBLISHED.search(text))


def _tells_update(line: str) -> bool:
    return bool(_UPDATED.match(line))


def _beside(tree: HtmlElement, title: str, address: str) -> Iterator[str]:
    document = clean(tree.findtext(".//title") or "")
    if title and document.startswith(title):
        yield document.removeprefix(title)
    if found := _IN_PATH.search(urlsplit(address).path):
        yield found[0]
