"""What a page shows, without a tree: enough to see what it cannot be about.

Source: docs/decisions/0181-screening.md
"""

import re
from html import unescape

from crawler.extract.document import decode

_UNSEEN = re.compile(
    r"<(?:script\b.*?</script|style\b.*?</style|svg\b.*?</svg|!--.*?--)\s*>",
    re.DOTALL | re.IGNORECASE,
)
_INLINE = re.compile(r"</?(?:a|abbr|b|em|font|i|mark|small|span|strong|u)\b[^>]*>", re.IGNORECASE)
_BORDER = re.compile(r"<[^>]*>")
_LINES = re.compile(r"\s*\n\s*")


def quick_lines(body: bytes, content_type: str = "") -> list[str]:
    """Return the runs of text between a page's block-level tags, furniture and all, each once.

    Seven times as fast as a tree and its blocks. Nothing that a reader sees is missing; what
    scripts would write is.
    """
    shown = _UNSEEN.sub("\n", decode(body, content_type))
    text = unescape(_BORDER.sub("\n", _INLINE.sub("", shown)))
    return list(dict.fromkeys(filter(None, _LINES.split(text))))
