"""A feed's bytes as every parser reads them alike: in UTF-8, with each ampersand escaped.

Source: docs/decisions/0041-two-feed-parsers.md
"""

from crawler.decoding import charsets, decoded, mended_xml, own_charsets
from crawler.read.detect import Form


def mended(body: bytes, content_type: str, form: Form) -> bytes:
    """Return the document in UTF-8; in XML, with HTML's entities spelled out and bare `&` escaped.

    A document's own word for its encoding comes before the header's, which servers set for all
    they have.
    """
    text = decoded(body, [*own_charsets(body), *charsets(content_type)])
    return text.encode("utf-8", "replace") if form is Form.JSON else mended_xml(text)
