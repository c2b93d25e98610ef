"""Whom a text names as its source: agencies and outlets, in byline, dateline and prose."""

import re
from collections.abc import Iterator

AGENCIES = (
    "Reuters", "AP", "AFP", "Associated Press", "Agence France-Presse", "Bloomberg", "dpa", "PAP",
    "TASS", "RIA Novosti", "Interfax", "Interfax-Ukraine", "Ukrinform", "UNIAN", "BelTA", "MTI",
    "TASR", "SITA", "Agerpres", "BNS", "ELTA", "LETA", "ČTK", "CTK", "ANSA", "EFE", "Xinhua",
    "Anadolu", "APA", "IANS", "ANI", "PTI", "UPI", "CNN", "BBC",
)  # fmt: skip
_AGENCY = "|".join(re.escape(name) for name in AGENCIES)
_CAPITAL = "A-ZА-ЯЁЄІЇҐŁŚŻŽČŠ"
_PART = rf"[{_CAPITAL}][\w&'’.-]*"
_NAME = rf"(?P<name>(?:the\s+)?{_PART}(?:\s+{_PART}){{0,3}})"
_PATTERNS = (
    re.compile(rf"\((?P<name>{_AGENCY})\)"),
    re.compile(
        rf"^(?:[A-Z][\w .,/'-]{{1,60}}\s[-\u2013\u2014]+\s)?(?P<name>{_AGENCY})\s*[-\u2013\u2014]",
        re.MULTILINE,
    ),
    re.compile(
        rf"(?:according to|reported by|cited by|citing|told)\s+(?P<name>(?:the\s+)?(?:{_AGENCY}))\b"
    ),
    re.compile(rf"according to (?:the )?{_NAME}(?=[.,;)]|\s*$)", re.MULTILINE),
    re.compile(
        rf",\s*(?:cited|noted|reported|reports|wrote|writes|said|per|via)\s+(?:the\s+)?{_NAME}\s*(?=[.;)\n]|$)",
        re.MULTILINE,
    ),
    re.compile(rf"(?:за даними|за інформацією|з посиланням на|повідомляє|передає|пише)\s+{_NAME}"),
    re.compile(
        rf"(?:по данным|по информации|со ссылкой на|сообщает|передает|передаёт|пишет)\s+{_NAME}"
    ),
    re.compile(
        rf"(?:[ŹźZz]ródło|Джерело|Источник|Крыніца|Sursa|Forrás|Zdroj|Šaltinis|Avots|Quelle|Source)\s*:\s*{_NAME}"
    ),
)


def credits_of(text: str) -> tuple[str, ...]:
    """Return the names of the sources a text credits, in the order it first names them."""
    found = sorted(_named(text))
    return tuple(dict.fromkeys(name for _, name in found))


def _named(text: str) -> Iterator[tuple[int, str]]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            name = re.sub(r"^[Tt]he\s+", "", " ".join(match["name"].split())).rstrip(".'\u2019-")
            if name:
                yield match.start("name"), name
