"""What a body is, told from its first bytes; publishers' content types often lie."""

import re
from enum import StrEnum

_HEAD_BYTES = 8_192
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
# comments, instructions and the doctype before the root element; a doctype may hold a subset
_BEFORE_ROOT = re.compile(
    r"\s*(?:<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)", re.DOTALL | re.IGNORECASE
)
_ROOT = re.compile(r"\s*<(?:[\w.-]+:)?([A-Za-z][\w.-]*)")


class Form(StrEnum):
    """The kinds of body a feed's address answers with."""

    FEED = "feed"
    JSON = "json"
    HTML = "html"
    SITEMAP = "sitemap"
    OPML = "opml"
    EMPTY = "empty"
    OTHER = "other"


_FORMS = {
    "rss": Form.FEED, "rdf": Form.FEED, "feed": Form.FEED, "channel": Form.FEED,
    "html": Form.HTML, "head": Form.HTML, "body": Form.HTML, "script": Form.HTML,
    "urlset": Form.SITEMAP, "sitemapindex": Form.SITEMAP, "opml": Form.OPML,
}  # fmt: skip


def form_of(body: bytes) -> Form:
    """Return what a body is; OTHER may still be a feed that begins with rubbish."""
    text = _head(body)
    if not text.strip("\0 \t\r\n\ufeff"):
        return Form.EMPTY
    if text.lstrip()[:1] == "{":
        return Form.JSON
    position = 0
    while before := _BEFORE_ROOT.match(text, position):
        if "html" in before[0][:20].lower():
            return Form.HTML
        position = before.end()
    root = _ROOT.match(text, position)
    return _FORMS.get(root[1].lower(), Form.OTHER) if root else Form.OTHER


def _head(body: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if body.startswith(mark)), "latin-1")
    return body[:_HEAD_BYTES].decode(encoding, "replace")
