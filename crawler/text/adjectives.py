"""Adjectives that languages form from places' names: львівський, lwowski, ungvári, užhorodský.

Tables of endings, as for the forms of the names themselves (`inflection`): how the name ends,
what of it is cut, what is put there. A name that no row fits has no adjective here; irregular
ones are left to the gazetteer.
"""

import re
from dataclasses import dataclass
from functools import cache

SHORTEST = 3  # letters of a name
SHORTEST_SMALL = 4  # adjectives of shorter ones mean too much else, unless they have a capital


@dataclass(frozen=True, slots=True)
class _Grammar:
    stems: tuple[tuple[str, int, str], ...]  # (how the name ends, letters cut, what is put there)
    endings: str


_GRAMMARS = {
    "uk": _Grammar(
        (
            (r"[сцз]ьк$", 0, ""),
            (r"ець$", 2, "цьк"),
            (r"ці$", 2, "ецьк"),
            (r"ття$", 2, "ськ"),
            (r"(?:ж|г|з)$", 1, "зьк"),
            (r"[кч]$", 1, "цьк"),
            (r"сь?[аи]$", 1, "ьк"),
            (r"ль$", 0, "ськ"),
            (r"л$", 0, "ьськ"),
            (r"ь$", 1, "ськ"),
            (r"не$", 1, "енськ"),
            (r"[бвдлмнпрт][аиіе]$", 1, "ськ"),
            (r"[бвдмнпрт]$", 0, "ськ"),
        ),
        "ий а е ого ої ому ій у им ою ім і их ими",
    ),
    "ru": _Grammar(
        (
            (r"[сц]к$", 0, ""),
            (r"ец$", 1, "цк"),
            (r"тье$", 2, "ск"),
            (r"сс?[аы]$", 1, "к"),
            (r"ль$", 0, "ск"),
            (r"л$", 0, "ьск"),
            (r"ь$", 1, "ск"),
            (r"[бвдмнпрт][аые]$", 1, "ск"),
            (r"[бвдлмнпрт]$", 0, "ск"),
        ),
        "ий ая ое ого ой ому ую им ом ие их ими",
    ),
    "be": _Grammar(
        (
            (r"[сц]к$", 0, ""),
            (r"т$", 1, "цк"),
            (r"ль$", 0, "ск"),
            (r"ь$", 1, "ск"),
            (r"ў$", 1, "ўск"),
            (r"[бвмнпр][аыя]$", 1, "ск"),
            (r"[бмнпр]$", 0, "ск"),
        ),
        "і ая ае ага ай аму ую ім ія іх імі",
    ),
    "pl": _Grammar(
        (
            (r"[sc]k$", 0, ""),
            (r"ów$", 2, "owsk"),
            (r"yśl$", 2, "sk"),
            (r"cie$", 2, "k"),
            (r"d$", 0, "zk"),
            (r"t$", 1, "ck"),
            (r"[bwlłmnńpr][ay]$", 1, "sk"),
            (r"[bwlłmnńpr]$", 0, "sk"),
        ),
        "i a ie iego iej iemu im ą ich imi",
    ),
    "sk": _Grammar(
        (
            (r"[sc]k$", 0, ""),
            (r"ov?ce$", 2, "sk"),
            (r"[bdlmnprtv][ay]$", 1, "sk"),
            (r"[bdlmnprtv]$", 0, "sk"),
        ),
        "ý á é ého ej ému ú ým ou om í ých ými",
    ),
    "hu": _Grammar(((r"[^i]$", 0, "i"),), " ek eket eknek ak"),
}


@cache
def adjectives(word: str, language: str) -> frozenset[str]:
    """Return the case-folded forms of the adjectives made of one word of a name; often none.

    Args:
        word: A name of one word.
        language: Whose grammar forms them (ISO 639-1).
    """
    grammar = _GRAMMARS.get(language)
    word = word.casefold()
    if grammar is None or len(word) < SHORTEST:
        return frozenset()
    for ending, cut, put in grammar.stems:
        if re.search(ending, word):
            stem = word[: len(word) - cut] + put
            return frozenset(stem + one for one in grammar.endings.split(" "))
    return frozenset()
