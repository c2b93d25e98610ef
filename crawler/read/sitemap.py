"""News sitemaps become items: lists of pages, and indexes of such lists.

Source: sitemaps.org protocol 0.9; Google News sitemap extension 0.9
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from crawler.errors import SourceError
from crawler.read.dates import read_date
from crawler.read.feed import MAX_ITEMS, FeedDocument, Item, address_in, language_in, plain_text

CURRENT = timedelta(days=3)  # news sitemaps list two days; what is older is an archive
FUTURE = timedelta(days=1)
MOST_PAGES = 50_000  # the protocol grants no more; the recent ones may come last
MOST_CHILDREN = 2_000  # of an index; the protocol grants 50,000
_PACKED = b"\x1f\x8b"
_MAX_TITLE = 500
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DATE_ONLY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Child:
    """A sitemap that an index names."""

    url: str
    changed: datetime | None
    timed: bool = True  # it says when it changed, and not the day alone


@dataclass(frozen=True, slots=True)
class Listed:
    """A page that a sitemap names, and the latest time of publication that its dates allow."""

    item: Item
    latest: datetime | None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one file holds: pages, or further sitemaps."""

    pages: tuple[Listed, ...] = ()
    children: tuple[Child, ...] = ()
    dropped: int = 0


def unpacked(body: bytes, url: str, *, max_bytes: int) -> bytes:
    """Return a body without the gzip it may be in, in spite of its address or content type.

    Raises:
        SourceError: `too-large` when it unpacks to more than allowed, `truncated` or
            `bad-encoding` when it does not unpack.
    """
    if not body.startswith(_PACKED):
        return body
    stream = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        inner = stream.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise SourceError(url, "bad-encoding", str(error)) from error
    if len(inner) > max_bytes:
        raise SourceError(url, "too-large", f"unpacks to more than {max_bytes} bytes")
    if not stream.eof:
        raise SourceError(url, "truncated", "the packed body breaks off")
    return inner


def read_sitemap(body: bytes, *, url: str, zone: str = "") -> Sitemap:
    """Return the pages or the further sitemaps that a file lists.

    Raises:
        SourceError: `doctype` (no sitemap needs one, and every entity bomb does), or
            `not-a-sitemap`.
    """
    if _DOCTYPE.search(body.replace(b"\0", b"")):
        raise SourceError(url, "doctype", "a sitemap with a document type is not read")
    root = _root(body, url)
    if _name(root) == "sitemapindex":
        return Sitemap(children=tuple(_children(root, url)))
    if _name(root) != "urlset":
        raise SourceError(url, "not-a-sitemap", "the answer is not a sitemap")
    pages: dict[str, Listed] = {}
    elements = root.findall("{*}url")
    for element in elements[:MOST_PAGES]:
        page = _page(element, url, zone)
        if page is not None:
            pages.setdefault(page.item.url, page)
    return Sitemap(tuple(pages.values()), dropped=len(elements) - len(pages))


def current_pages(sitemap: Sitemap, now: datetime) -> FeedDocument:
    """Return a sitemap's recent pages as a feed; a sitemap of all pages ever is thus harmless.

    A page counts by when it was published, else by when it changed; one without either does not.
    """
    recent = [page.item for page in sitemap.pages if _is_recent(page, now)][:MAX_ITEMS]
    dropped = sitemap.dropped + len(sitemap.pages) - len(recent)
    return FeedDocument(title="", items=tuple(recent), dropped=dropped)


def newest_children(
    children: Sequence[Child], *, now: datetime, most: int
) -> tuple[tuple[str, str], ...]:
    """Return the sitemaps of an index that may hold news, the likeliest first, and their versions.

    The likeliest by name, then by last change; what says that it changed long ago is left out. A
    version is the last change, or the day where none is told.
    """

    def rank(child: Child) -> tuple[bool, float, str]:
        changed = child.changed.timestamp() if child.changed else 0.0
        return "news" not in child.url.lower(), -changed, child.url

    open_ones = [one for one in children if one.changed is None or one.changed > now - CURRENT]
    likeliest = sorted(open_ones, key=rank)[:most]
    return tuple((one.url, f"{one.changed or now.date()}") for one in likeliest)


def _is_recent(page: Listed, now: datetime) -> bool:
    return page.latest is not None and now - CURRENT <= page.latest <= now + FUTURE


def _root(body: bytes, url: str) -> etree._Element:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.LxmlError, ValueError) as error:
        raise SourceError(url, "not-a-sitemap", str(error)) from error
    if root is None:
        raise SourceError(url, "not-a-sitemap", "the answer is not a sitemap")
    return root


def _children(root: etree._Element, url: str) -> Iterator[Child]:
    for element in root.findall("{*}sitemap")[:MOST_CHILDREN]:
        address = address_in(_text(element, "{*}loc"), url)
        if address:
            said = _text(element, "{*}lastmod")
            yield Child(address, _latest(said, ""), timed=":" in said)


def _page(element: etree._Element, url: str, zone: str) -> Listed | None:
    address = address_in(_text(element, "{*}loc"), url)
    if not address:
        return None
    news = element.find("{*}news")
    changed = _text(element, "{*}lastmod")
    if news is None:
        return Listed(Item(url=address, updated=read_date(changed)), _latest(changed, zone))
    said = _text(news, "{*}publication_date")
    item = Item(
        url=address,
        title=plain_text(_text(news, "{*}title"), _MAX_TITLE),
        published=read_date(said, zone=zone),
        language=language_in(_text(news, "{*}publication/{*}language")),
    )
    return Listed(item, _latest(said, zone) or _latest(changed, zone))


def _latest(text: str, zone: str) -> datetime | None:
    """Return a date's instant; of a bare date the end of its day, lest today's page look old."""
    whole = f"{text}T23:59:59Z" if _DATE_ONLY.fullmatch(text) else text
    return read_date(whole, zone=zone)


def _text(element: etree._Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2].lower()  # etree.QName refuses what a parser mended
