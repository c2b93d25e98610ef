"""Text out of a publisher's bytes, whatever was declared about them."""

import codecs
import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from html.entities import html5
from itertools import islice

from charset_normalizer import from_bytes

_HEAD_BYTES = 4_096
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_IN_BODY = re.compile(
    rb"<(?:meta\b[^>]{0,200}?charset|\?xml\b[^>]{0,200}?encoding)\s*=\s*[\"']?\s*([\w.:-]{2,40})",
    re.IGNORECASE,
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),  # markup without a mark
    (b"\0<", "utf-16-be"),
)
_CODE_PAGES = (
    "windows-1251", "windows-1250", "iso-8859-2", "iso-8859-16", "windows-1254", "windows-1252",
    "koi8-u", "koi8-r",
)  # of the region's languages  # fmt: skip
_LATIN = ("cp1250", "iso8859_2", "iso8859_16", "cp1254", "cp1252")  # of these, as Python says
_ALPHABETS = tuple(map(frozenset, (
    "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîșțşţ", "čćđšž",
    "äöüß", "çğıöşüâîû", "àâçéèêëîïôùûüœ", "áéíñóúü", "àèéìòóù", "àáâãçéêíóôõú", "åäö", "åæøé",
    "äõöüšž",
)))  # pl, cs, sk, hu, ro, hr, de, tr, fr, es, it, pt, sv, da, et  # fmt: skip
_MARKED_WORD = re.compile(rb"(?<![A-Za-z\x80-\xff])[A-Za-z]*+[\x80-\xff][A-Za-z\x80-\xff]*")
_WORDS_MOST = 2_000
_NO_LETTER = re.compile("[\x80-\x9f\ufffd]|(?<=[^\\W\\d_])[^\\w\\s!-~’‘–—·…\xad](?=[^\\W\\d_])")
_CYRILLIC = re.compile("([A-Za-z]?)([\u0400-\u04ff]+)([A-Za-z]?)")


def charsets(content_type: str) -> list[str]:
    """Return the encoding that a header declares, if any."""
    found = _IN_HEADER.search(content_type)
    return [found[1]] if found else []


def own_charsets(body: bytes) -> list[str]:
    """Return the encoding that a page or a document in XML declares itself, if any."""
    found = _IN_BODY.search(body[:_HEAD_BYTES])
    return [found[1].decode("ascii", "replace")] if found else []


def decoded(body: bytes, declared: Iterable[str]) -> str:
    """Return a body as text.

    A byte order mark decides, then valid UTF-8 (text in an old code page almost never is), then
    what is declared, then windows-1251 if that makes sense, then the old code page of the region
    that makes most; of those with Latin letters the one whose letters are one language's. UTF-8
    with a few broken bytes, as cutting a text leaves them, is UTF-8.

    Args:
        body: As fetched, decompressed.
        declared: Names of encodings, the most credible first; they may be none.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body.decode(name, "replace")
    for name in ("utf-8", *declared):
        try:
            return body.decode(name)
        except (UnicodeError, LookupError):  # some codecs raise the plain one
            continue
    return _undeclared(body)


def _undeclared(body: bytes) -> str:
    if _mostly_utf8(body):
        return body.decode("utf-8", "replace")
    with suppress(UnicodeDecodeError):
        text = body.decode(_CODE_PAGES[0])
        if _is_cyrillic(text):
            return text
    found = from_bytes(body, cp_isolation=list(_CODE_PAGES), preemptive_behaviour=False).best()
    chosen = found.encoding if found else _CODE_PAGES[0]
    pages = (chosen, *_LATIN) if chosen in _LATIN else (chosen,)
    words = b" ".join(islice((one[0] for one in _MARKED_WORD.finditer(body)), _WORDS_MOST))
    return body.decode(max(pages, key=lambda page: _fit(words.decode(page, "replace"))), "replace")


def _fit(words: str) -> int:
    """Return how far the letters beyond ASCII are those of one language, and signs no letters."""
    letters = Counter(letter for letter in words.lower() if letter > "\x7f" and letter.isalpha())
    own = max(sum(letters[one] for one in alphabet) for alphabet in _ALPHABETS)
    return 2 * own - letters.total() - len(_NO_LETTER.findall(words))


def _is_cyrillic(text: str) -> bool:
    """Tell whether a text makes sense in Cyrillic letters.

    Those of other alphabets stand inside Latin words then, and of KOI8 small letters are capitals.
    """
    runs = _CYRILLIC.findall(text)
    alone = sum(not (before or after) for before, _, after in runs)
    told = "".join(run for _, run, _ in runs)
    return alone >= len(runs) / 2 and sum(map(str.isupper, told)) <= len(told) / 2


def _mostly_utf8(body: bytes) -> bool:
    text = body.decode("utf-8", "ignore")
    if "\ufffd" in text:  # somebody before us could not read it either
        return True
    lost = len(body) - len(text.encode())
    beyond_ascii = sum(1 for letter in text if letter > "\x7f")
    return lost <= beyond_ascii / 20


# --- XML -------------------------------------------------------------------------------------

_DECLARATION = re.compile(
    r"(<\?xml\b[^>]{0,200}?)\s+encoding\s*=\s*(?:\"[^\">]*\"|'[^'>]*')", re.IGNORECASE
)
_HEAD_LETTERS = 1_000
_AMPERSAND = re.compile(
    r"&(?!#\d+;|#x[\da-fA-F]+;|(?:amp|lt|gt|quot|apos);)(?:(?P<name>[A-Za-z]\w*;))?"
)
_SECTION, _SECTION_END = "<![CDATA[", "]]>"


def mended_xml(text: str) -> bytes:
    """Return a document in UTF-8, with HTML's entities spelled out and bare `&` escaped.

    Parsers that mend drop what they do not understand: of `?a=1&b=2` the `&b`, of a title with
    `&nbsp;` all that follows. A document that declares entities of its own keeps them.

    Source: docs/decisions/0041-two-feed-parsers.md
    """
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
