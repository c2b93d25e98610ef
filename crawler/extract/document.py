"""Bytes of a page into a tree, whatever the publisher declared about them."""

import re

from lxml import etree, html

from crawler.decoding import charsets, decoded, own_charsets

NOT_HTML = (
    b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"RIFF", b"\x1f\x8b", b"OggS",
    b"ID3", b"\x00\x00\x00", b"BM", b"{", b"[",
)  # fmt: skip
HTML_TYPES = ("html", "text/plain", "application/octet-stream", "text/xml", "application/xml")
_FEED = re.compile(rb"<(?:rss|feed|rdf:RDF|urlset|sitemapindex)\b")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_HEAD_BYTES = 4_096


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
    """Return the page as text; the header's word comes before the page's own."""
    return decoded(body, [*charsets(content_type), *own_charsets(body)])


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
