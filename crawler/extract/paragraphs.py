"""The paragraphs of a text that a page's data holds, with or without markup."""

import re
from html import unescape

from crawler.extract.blocks import blocks_of
from crawler.extract.document import parse
from crawler.extract.titles import clean

_MARKUP = re.compile(r"</[a-z][a-z\d]*\s*>|<br\b", re.IGNORECASE)


def paragraphs_of(text: str) -> list[str]:
    """Return a text's paragraphs, clean; some outlets put markup where text belongs."""
    text = unescape(text)
    tree = parse(f"<body>{text}".encode("utf-8", "replace")) if _MARKUP.search(text) else None
    lines = text.splitlines() if tree is None else [block.text for block in blocks_of(tree)]
    return list(filter(None, map(clean, lines)))
