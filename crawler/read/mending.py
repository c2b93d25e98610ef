"""A feed's bytes as every parser reads them alike: in UTF-8, with each ampersand escaped.

Parsers that mend drop what they do not understand: of `?a=1&b=2` the `&b`, of a title with
`&nbsp;` all that follows.

Source: docs/decisions/0041-two-feed-parsers.md
"""

import html
import re
from collections.abc import Iterator
from html.entities import html5

from crawler.decoding import charsets, decoded, own_charsets
from crawler.read.detect import Form

_DECLARATION = re.compile(
    r"(<\?xml\b[^>]{0,200}?)\s+encoding\s*=\s*(?:\"[^\">]*\"|'[^'>]*')", re.IGNORECASE
)
_HEAD_LETTERS = 1_000
_AMPERSAND = re.compile(
    r"&(?!#\d+;|#x[\da-fA-F]+;|(?:amp|lt|gt|quot|apos);)(?:(?P<name>[A-Za-z]\w*;))?"
)
_SECTION, _SECTION_END = "<![CDATA[", "]]>"


def mended(body: bytes, content_type: str, form: Form) -> bytes:
    """Return the document in UTF-8; in XML, with HTML's entities spelled out and bare `&` escaped.

    A document's own word for its encoding comes before the header's, which servers set for all
    they have. One that declares entities of its own keeps them.
    """
    text = decoded(body, [*own_charsets(body), *charsets(content_type)])
    if form is not Form.JSON:
        head, rest = text[:_HEAD_LETTERS], text[_HEAD_LETTERS:]
        text = _DECLARATION.sub(r"\1", head, count=1) + rest
        if "<!ENTITY" not in text:
            text = _SECTION.join(_outside_sections(text))
    return text.encode("utf-8", "replace")


def _outside_sections(text: str) -> Iterator[str]:
    """Yield the text in pieces that each begin with a section, its ampersands mended outside."""
    first, *others = text.split(_SECTION)
    yield _AMPERSAND.sub(_escaped, first)
    for piece in others:
        section, end, after = piece.partition(_SECTION_END)
        yield f"{section}{end}{_AMPERSAND.sub(_escaped, after)}"


def _escaped(match: re.Match[str]) -> str:
    """Return what an entity of HTML's stands for; any other ampersand escaped."""
    meant = html5.get(match["name"] or "")
    return html.escape(meant) if meant else f"&amp;{match[0][1:]}"
