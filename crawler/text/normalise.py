"""Text as it is compared: what two editors, keyboards or publishing systems do to one sentence.

Source: docs/decisions/0060-normalising.md
"""

import re
import unicodedata
from itertools import pairwise

_APOSTROPHES = "\u2018\u2019\u201b\u02b9\u02bb\u02bc\u02bd\u02ca\u02cb\u2032\u2035\u055a\ua78c`"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_VARIATION_SELECTORS = "".join(map(chr, range(0xFE00, 0xFE10)))
_STRESS = "\u0300\u0301"  # what is left of them after NFC stands on no letter of its own
_TIDY = str.maketrans(
    dict.fromkeys(_APOSTROPHES, "'")
    | dict.fromkeys(_INVISIBLE + _VARIATION_SELECTORS + _STRESS, "")
    | {"_": " ", "ё": "е", "Ё": "Е", "ѐ": "е", "Ѐ": "Е", "ѝ": "и", "Ѝ": "И"}
)

# Letters that one cannot tell apart in print; case matters (H is Н, but h is not н).
_LATIN = "ABCEHIJKMOPSTXYaceijopsxyÁÉÍÓÝÀÈÌÒáéíóýàèìòÏïËë"
_CYRILLIC = "АВСЕНІЈКМОРЅТХУасеіјорѕхуАЕІОУАЕІОаеіоуаеіоЇїЕе"
_TO_CYRILLIC = str.maketrans(_LATIN, _CYRILLIC)
_TO_LATIN = str.maketrans("АВСЕНІЈКМОРЅТХУасеіјорѕхуЇї", "ABCEHIJKMOPSTXYaceijopsxyÏï")

_LATIN_RANGE = "A-Za-zÀ-ÖØ-öø-ɏ"
_CYRILLIC_RANGE = "\u0400-\u052f"
_ANY_CYRILLIC = re.compile(f"[{_CYRILLIC_RANGE}]")
_ANY_LATIN = re.compile(f"[{_LATIN_RANGE}]")
_PLAINLY_CYRILLIC = re.compile(f"(?![{_CYRILLIC}])[{_CYRILLIC_RANGE}]")
_PLAINLY_LATIN = re.compile(f"(?![{_LATIN}])[{_LATIN_RANGE}]")
_LOOK_ALIKE_LATIN_WORD = re.compile(rf"\b[{_LATIN}]+(?:'[{_LATIN}]+)*\b")
_LOOK_ALIKE_CYRILLIC_WORD = re.compile(r"\b[АВСЕНІЈКМОРЅТХУасеіјорѕху]+\b")
_MIXED_WORD = re.compile(
    rf"(?<![\w'])[\w']*(?:[{_LATIN_RANGE}]'?[{_CYRILLIC_RANGE}]"
    rf"|[{_CYRILLIC_RANGE}]'?[{_LATIN_RANGE}])[\w']*"
)

# Vowel signs and points belong to their word, though Python's \w leaves them out.
_MARKS = (
    "\u0302-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a"
    "\u07a6-\u07b0\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09d7"
    "\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57"
    "\u0b82\u0bbe-\u0bd7\u0c00-\u0c04\u0c3e-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03"
    "\u0d3b-\u0d4d\u0d57\u0dca-\u0df3\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc"
    "\u0ec8-\u0ece\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u3099\u309a"
)
_WORD = re.compile(rf"[\w{_MARKS}]+(?:'[\w{_MARKS}]+)*")

# Scripts that put no space between words: Thai to Myanmar, Khmer, kana, ideographs.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_ANY_UNSPACED = re.compile(f"[{_UNSPACED}]")
_PIECE = re.compile(rf"(?:[{_UNSPACED}][{_MARKS}]*)+|[^{_UNSPACED}]+")
_CLUSTER = re.compile(rf"[{_UNSPACED}][{_MARKS}]*")


def normalise(text: str) -> str:
    """Return the text with everything folded that changes its bytes and not its reading.

    NFKC, one apostrophe, case folded, ё as е; soft hyphens, zero-width marks and stress accents
    out (й and ї are letters and stay); Latin look-alikes in Cyrillic words become Cyrillic, and
    the other way round. Punctuation stays. Idempotent.
    """
    if text.isascii():
        return text.replace("`", "'").replace("_", " ").lower()
    composed = unicodedata.normalize("NFKC", text.replace("\u00b4", "'").replace("\u1fbd", "'"))
    tidy = unicodedata.normalize("NFC", composed.translate(_TIDY))
    folded = _one_script_a_word(tidy) if _ANY_CYRILLIC.search(tidy) else tidy
    return unicodedata.normalize("NFKC", folded.casefold())


def words(text: str) -> list[str]:
    """Return the normalised words of a text, in order.

    A word is a run of letters, digits and their marks, apostrophes inside it included. Scripts
    without spaces give overlapping pairs of characters (as Lucene's CJKBigramFilter does), so
    that an inserted character spoils its neighbours and not the sentence.
    """
    normal = normalise(text)
    found: list[str] = _WORD.findall(normal)
    if normal.isascii() or not _ANY_UNSPACED.search(normal):
        return found
    return [piece for word in found for piece in _pieces(word)]


def _pieces(word: str) -> list[str]:
    if not _ANY_UNSPACED.search(word):
        return [word]
    return [pair for run in _PIECE.findall(word) for pair in _pairs(run)]


def _pairs(run: str) -> list[str]:
    clusters = _CLUSTER.findall(run)
    if len(clusters) < 2:  # noqa: PLR2004 - a pair needs two
        return [run]
    return [one + other for one, other in pairwise(clusters)]


def _one_script_a_word(text: str) -> str:
    """Fold look-alike letters to the script of their word, doubtful words to that of the text."""
    if not _ANY_LATIN.search(text):
        return text
    mainly_cyrillic = len(_PLAINLY_CYRILLIC.findall(text)) >= len(_PLAINLY_LATIN.findall(text))

    def one_script(match: re.Match[str]) -> str:
        return _in_one_script(match.group(), mainly_cyrillic=mainly_cyrillic)

    text = _MIXED_WORD.sub(one_script, text)
    if mainly_cyrillic:
        return _LOOK_ALIKE_LATIN_WORD.sub(lambda m: m.group().translate(_TO_CYRILLIC), text)
    return _LOOK_ALIKE_CYRILLIC_WORD.sub(lambda m: m.group().translate(_TO_LATIN), text)


def _in_one_script(word: str, *, mainly_cyrillic: bool) -> str:
    cyrillic, latin = word.translate(_TO_CYRILLIC), word.translate(_TO_LATIN)
    may_be_cyrillic = not _ANY_LATIN.search(cyrillic)
    may_be_latin = not _ANY_CYRILLIC.search(latin)
    if may_be_cyrillic and (mainly_cyrillic or not may_be_latin):
        return cyrillic
    return latin if may_be_latin else word
