"""Agencies under each of the names that they are credited by.

Source: docs/decisions/0064-canonical.md
"""

import re

_SPELLINGS = """
afp, agence france-presse, афп, франс прес
agerpres, аджерпрес
anadolu, anadolu agency, анадолу
ap, associated press, асошиейтед прес
belapan, белапан
belta, белта
bloomberg, блумберг, блумбърг
bns, bns lithuania
bta, бта
ctk, čtk
dpa, дпа
interfax, интерфакс, інтерфакс
interfax-ukraine, интерфакс-украина, інтерфакс-україна
pap, пап
rbc-ukraine, рбк-украина, рбк-україна
reuters, ройтерс, рейтер, рейтерс
ria novosti, ria, риа новости, риа, ріа новини
tass, тасс
ukrinform, укринформ, укрінформ
unian, униан, уніан
unn, унн
xinhua, синьхуа
"""
_AGENCIES = {
    spelling: line.partition(",")[0]
    for line in _SPELLINGS.strip().splitlines()
    for spelling in line.split(", ")
}
_EDITION = re.compile(r"\s*\([^)]*\)$")  # "TASS (Russian)"
_ENDING = re.compile("(?:ом|ем|у|а|і|и|е)$")  # of a name in another case than the first


def source_key(name: str) -> str:
    """Return what a name of an agency or outlet is compared by: one for all of its spellings.

    Latin and Cyrillic, long and short, the editions of an outlet, and in Slavic languages the cases
    are one; a name that is no known agency's is only folded.
    """
    folded = _EDITION.sub("", name.casefold().removeprefix("the ").strip())
    first_case = _ENDING.sub("", folded)
    return _AGENCIES.get(folded) or _AGENCIES.get(first_case) or folded
