"""Bytes of a page into a tree, whatever the publisher declared about them."""

import codecs
import re
from collections.abc import Iterator

from lxml import etree, html

NOT_HTML = (
    b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"RIFF", b"\x1f\x8b", b"OggS",
    b"ID3", b"\x00\x00\x00", b"BM", b"{", b"[",
)  # fmt: skip
HTML_TYPES = ("html", "text/plain", "application/octet-stream", "text/xml", "application/xml")
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex)\b")
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_HEAD_BYTES = 4_096
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LAST_RESORT = ("windows-1251", "windows-1252")


def is_html(body: bytes, content_type: str) -> bool:
    """Return whether these bytes can be a page, by their first bytes before their label.

    A label is believed only when it says something else than a kind of text: servers send
    pages as `text/plain` and images as `text/html`.
    """
    head = body[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head or head.startswith(NOT_HTML) or _FEED.search(head[:512]):
        return False
    label = content_type.partition(";")[0].strip().lower()
    return not label or any(kind in label for kind in HTML_TYPES)


def decode(body: bytes, content_type: str) -> str:
    """Return the page as text.

    A byte order mark decides, then valid UTF-8 (text in an old code page almost never is),
    then the header, the page's own declaration, and the old code pages of the region.
    """
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace")
    for name in _candidates(body, content_type):
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8", "replace")


def _candidates(body: bytes, content_type: str) -> Iterator[str]:
    yield "utf-8"
    if match := _HEADER_CHARSET.search(content_type):
        yield match[1]
    if declared := _DECLARED.search(body[:_HEAD_BYTES]):
        yield declared[1].decode("ascii", "replace")
    if body.count(b"\xef\xbf\xbd") or _mostly_utf8(body):
        return  # a few broken bytes in a UTF-8 page
    yield from _LAST_RESORT


def _mostly_utf8(body: bytes) -> bool:
    text = body.decode("utf-8", "ignore")
    lost = len(body) - len(text.encode())
    beyond_ascii = sum(1 for letter in text if letter > "\x7f")
    return lost <= beyond_ascii / 20


def parse(body: bytes, content_type: str = "") -> html.HtmlElement | None:
    """Return the page's tree without comments, or None when nothing can be read from it.

    Raises:
        MemoryError: The tree does not fit; the parser's own word for it is a syntax error.
    """
    text = _CONTROLS.sub("", decode(body, content_type))
    parser = html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False
    )
    try:
        tree = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        if getattr(error, "code", None) == etree.ErrorTypes.ERR_NO_MEMORY:
            raise MemoryError from error
        return None
    return tree if isinstance(tree, html.HtmlElement) else None
