"""The forms a place's name takes in a sentence, language by language.

Tables of endings rather than a dictionary: gazetteer names are rare words that no
dictionary holds. A name's class is told by its ending; the classes make a few forms that
no one writes, which do no harm, because a name must also stand with a capital.
"""

import re
from collections.abc import Iterator
from functools import cache

# (how the name ends, what of it is cut, the endings that take its place); first match counts
_Class = tuple[str, int, str]

_TABLES: dict[str, tuple[_Class, ...]] = {
    "uk": (
        (r"^велика$", 1, "а ої ій у ою"),
        (r"[сцз]ька$", 1, "а ої ій у ою"),
        (r"[сцз]ьке$", 1, "е ого ому им"),
        (r"[сцз]ький$", 2, "ий ого ому им ім"),
        (r"(?:ий|ій)$", 2, "ий ій ого ому им ім"),
        (r"[^аеиіоуяюєїь]не$", 1, "е ого ому им"),
        (r"ве$", 1, "е ого ому им"),
        (r"ів$", 2, "ів ова ову овом ові єва єву євом єві ева еву евом еві"),
        (r"їв$", 2, "їв єва єву євом єві ївом ївської ївський"),
        (r"[^іо]ець$", 3, "ець ця цю цеві цем ці"),
        (r"ець$", 3, "ець ця цю цеві цем ці йця"),
        (r"піль$", 3, "іль оля олю олем олі"),
        (r"ін[ьі]$", 2, "інь іні еня ені енем"),
        (r"ь$", 1, "ь я ю ем еві і ю"),
        (r"ття$", 1, "я ю ям і"),
        (r"ння$", 1, "я ю ям і"),
        (r"('|’|ʼ)я$", 1, "я ї ю ям єю і"),
        (r"ія$", 1, "я ї ю єю"),
        (r"я$", 1, "я і ї ю ею єю"),
        (r"ка$", 2, "ка ки ці ку кою ко"),
        (r"га$", 2, "га ги зі гу гою"),
        (r"ха$", 2, "ха хи сі ху хою"),
        (r"а$", 1, "а и і у ою о ої ій"),
        (r"ці$", 1, "і ів ям ями ях ь"),
        (r"і$", 1, "і ь ей ів ям ями ях"),
        (r"и$", 1, "и  ів ам ами ах"),
        (r"о$", 1, "о а у ом і"),
        (r"е$", 1, "е а у ем і я ю"),
        (r"[аоуюєїй]$", 0, ""),
        (r"г$", 1, "г га гу гові гом зі"),
        (r"[^аеиіоуяюєї]$", 0, "а у ові ом і ем еві"),
    ),
    "ru": (
        (r"(?:ск|цк)ий$", 2, "ий ого ому им ом"),
        (r"(?:ый|ой|ий)$", 2, "ый ой ий ого ому ым им ом"),
        (r"ая$", 2, "ая ой ую ою"),
        (r"[иь]я$", 1, "я и ю ей е"),
        (r"[оеё]е$", 2, "ое ее ого его ому ему ым им ом ем"),
        (r"ец$", 2, "ец ца цу цом це"),
        (r"ье$", 1, "е я ю ем"),
        (r"ь$", 1, "ь я ю ем е и ью"),
        (r"й$", 1, "й я ю ем е"),
        (r"я$", 1, "я и ю ей е"),
        (r"[кгх]а$", 1, "а и у ой е"),
        (r"[жшчщц]а$", 1, "а и у ей е"),
        (r"а$", 1, "а ы и у ой ою е"),
        (r"ы$", 1, "ы ов ам ами ах  ев"),
        (r"и$", 1, "и ов ей ь ам ам ами ах ям ями ях"),
        (r"о$", 1, "о а у ом е"),
        (r"е$", 1, "е а у ем я ю"),
        (r"[уюэ]$", 0, ""),
        (r"[^аеиоуыэюяё]$", 0, "а у ом е ем ой ы"),
    ),
    "be": (
        (r"(?:скі|цкі)$", 1, "і ага аму ім"),
        (r"(?:ы|і)$", 1, "ы і аў яў ам ям амі ямі ах ях"),
        (r"ая$", 2, "ая ай ую аю"),
        (r"ць$", 2, "ць ці ццю"),
        (r"сь$", 1, "ь і сю ю"),
        (r"ь$", 1, "ь я ю ем і"),
        (r"я$", 1, "я і ю яй ы"),
        (r"а$", 1, "а ы і у ай е аю цы"),
        (r"ў$", 1, "ў ва ву вам ве"),
        (r"т$", 1, "т та ту там це"),
        (r"д$", 1, "д да ду дам дзе"),
        (r"е$", 1, "е а у ем і"),
        (r"[^аеиоуыэюяёі]$", 0, "а у ам е ем і"),
    ),
    "pl": (
        (r"ski$", 1, "i iego iemu im"),
        (r"(?:ska|cka)$", 1, "a iej ą"),
        (r"(?:skie|ckie)$", 2, "ie iego iemu im iem ich"),
        (r"owa$", 1, "a ej ą y ę ie"),
        (r"nne$", 1, "e ego emu em ym"),
        (r"obwód$", 2, "ód odu odowi odem odzie ody odów odach"),
        (r"zna$", 3, "zna zny źnie znę zną zno"),
        (r"ów$", 2, "ów owa owie owem owowi"),
        (r"iec$", 3, "iec ca cu cem"),
        (r"(?:ź|ść|ś|ć)$", 0, "i"),
        (r"ń$", 1, "ń nia niu niem"),
        (r"ka$", 2, "ka ki ce kę ką"),
        (r"ga$", 2, "ga gi dze gę gą"),
        (r"ra$", 2, "ra ry rze rę rą"),
        (r"ia$", 1, "a i ę ą o"),
        (r"a$", 1, "a y i ie e ę ą o zie cie"),
        (r"inie$", 3, "nie ni ń niom niami niach nia niu niem"),
        (r"ie$", 1, "e a u em"),
        (r"[iy]$", 1, "y i ów om ami ach  ic"),
        (r"e$", 1, "e ego emu em a u ym"),
        (r"o$", 1, "o a u em ie"),
        (r"[kg]$", 0, "a u owi iem"),
        (r"[lśźżcz]$", 0, "a u owi em i"),
        (r"st$", 2, "st stu ście sta stem"),
        (r"r$", 1, "r ra rze rem rowi ru"),
        (r"t$", 1, "t ta cie tem towi tu"),
        (r"[dł]$", 0, "a u em owi zie"),
        (r"[^aeiouyąęó]$", 0, "a u owi em ie"),
    ),
    "sk": (
        (r"á$", 1, "á ej ú ou"),
        (r"é$", 1, "é ého ému om ým ých"),
        (r"ý$", 1, "ý ého ému om ým"),
        (r"ce$", 1, "e iec iam iach ami"),
        (r"[ľ]a$", 2, "ľa le li ľu ľou ľe"),
        (r"ia$", 1, "a e u i ou"),
        (r"ina$", 1, "a y e u ou"),
        (r"a$", 1, "a y e i u ou"),
        (r"o$", 1, "o a u om e"),
        (r"y$", 1, "y  ov om mi och"),
        (r"e$", 1, "e a u om i"),
        (r"[^aeiouyáéíóúý]$", 0, "a u e om om i ovi"),
    ),
    "cs": (
        (r"á$", 1, "á é ou"),
        (r"é$", 1, "é ého ému ém ým ých"),
        (r"ý$", 1, "ý ého ému ém ým"),
        (r"í$", 1, "í ím"),
        (r"ice$", 1, "e  ím ích emi"),
        (r"(?:ňa|ša|ža|ča|ďa)$", 1, "a e i u ou"),
        (r"ka$", 2, "ka ky ce ku kou"),
        (r"a$", 1, "a y e ě u ou"),
        (r"o$", 1, "o a u em ě"),
        (r"e$", 1, "e i í"),
        (r"y$", 1, "y  ům ách"),
        (r"ň$", 1, "ň ně ni ní"),
        (r"[žšč]$", 0, "e i í em"),
        (r"[^aeiouyáéíóúý]$", 0, "a u e ě em i"),
    ),
    "ro": (
        (r"eava$", 4, "eava evei"),
        (r"[aă]$", 1, "a ă ei ii e i"),
        (r"i$", 1, "i ilor ului"),
        (r"u$", 1, "u ul ului ui"),
        (r"e$", 1, "e ei elui"),
        (r"[^aăâîeiou]$", 0, "ul ului"),
    ),
    "lt": (
        (r"as$", 2, "as o ui ą u e"),
        (r"is$", 2, "is io iui į iu yje ies iai"),
        (r"ys$", 2, "ys io iui į iu yje"),
        (r"us$", 2, "us aus ui ų umi uje"),
        (r"ai$", 2, "ai ų ams us ais uose"),
        (r"ė$", 1, "ė ės ei ę e ėje"),
        (r"a$", 1, "a os ai ą oje"),
        (r"os$", 2, "os ų oms as omis ose"),
    ),
    "lv": (
        (r"a$", 1, "a as ai u ā"),
        (r"e$", 1, "e es ei i ē"),
        (r"is$", 2, "is a im i ī"),
        (r"s$", 1, "s a am u ā"),
        (r"i$", 1, "i u iem us os"),
    ),
    "de": ((r"(?:s|z|x|ß)$", 0, "er"), (r"", 0, "s er ern ers")),
    "en": ((r"", 0, "'s"),),
    "et": (
        (r"[aeiouõäöü]$", 0, "s st sse le l lt ga ni t"),
        (r"", 0, "i is ist isse ile il ilt iga ini it"),
    ),
}
_HUNGARIAN = (
    "ban ben ba be ból ből on en ön n ra re ról ről nál nél tól től hoz hez höz ot et öt t nak nek "
    "ig val vel ért i ek ként"
)
_LENGTHENED = {"a": "á", "e": "é"}


@cache
def forms(word: str, language: str) -> frozenset[str]:
    """Return the case-folded forms of one word of a name, itself among them.

    Args:
        word: One word; names of several words are inflected word by word.
        language: Whose grammar inflects it (ISO 639-1); an unknown one leaves it as it is.
    """
    word = word.casefold()
    made = set(_hungarian(word)) if language == "hu" else set(_by_table(word, language))
    return frozenset({word, *made})


def _by_table(word: str, language: str) -> Iterator[str]:
    for ending, cut, replacements in _TABLES.get(language, ()):
        if re.search(ending, word):
            stem = word[: len(word) - cut]
            yield from (stem + replacement for replacement in replacements.split(" "))
            return


def _hungarian(word: str) -> Iterator[str]:
    stem = word[:-1] + _LENGTHENED.get(word[-1], word[-1])
    yield from (stem + suffix for suffix in _HUNGARIAN.split())
    last = "ssz" if word.endswith("sz") else word[-1] * 2
    body = word[:-2] if word.endswith("sz") else word[:-1]
    yield from (body + last + vowel for vowel in ("al", "el"))
