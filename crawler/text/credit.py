"""Whom a text names as its source: agencies and outlets, in byline, dateline and prose."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

AGENCIES = (
    "Reuters", "AP", "AFP", "Associated Press", "The Associated Press", "Agence France-Presse",
    "Bloomberg", "dpa", "PAP", "TASS", "RIA Novosti", "RIA", "Interfax", "Interfax-Ukraine",
    "Ukrinform", "UNIAN", "BelTA", "MTI", "TASR", "SITA", "Agerpres", "BNS", "ELTA", "LETA", "ČTK",
    "CTK", "ANSA", "EFE", "Xinhua", "Anadolu", "IANS", "ANI", "PTI", "UPI", "CNN", "BBC",
    "Sky News",
    "ТАСС", "РИА Новости", "Интерфакс", "Укринформ", "Укрінформ", "УНИАН", "УНІАН", "БелТА", "РБК",
    "БЕЛТА", "БТА", "BTA", "Интерфакс-Украина", "Інтерфакс-Україна", "РБК-Україна", "РБК-Украина",
    "Ройтерс", "Рейтер", "Рейтерс", "АФП", "ДПА", "Блумберг", "Блумбърг", "Франс прес",
    "Асошиейтед прес", "Анадолу", "Синьхуа", "БГНЕС", "BGNES", "AGERPRES",
)  # fmt: skip
_CUES = """
agency agencja bild broadcaster channel chronicle courier daily express gazette guardian herald hub
independent insider journal magazine mail media mirror network news newspaper online portal post
press radio standard star sun telegraph television times today tribune tv uk агентство видання
газета новини новости правда радіо радио телеканал
"""  # words that outlets call themselves by
_TITLES = """
captain chief colonel commander commissioner defence defense director doctor dr foreign general
governor head king lieutenant lord major mayor minister mr mrs ms officials police president prime
prof professor secretary senator spokesman spokeswoman
"""  # words before people's names
_NAMED_AGENCY = "|".join(re.escape(name) for name in sorted(AGENCIES, key=len, reverse=True))
_CAPITAL = "A-ZА-ЯЁЄІЇҐŁŚŻŽČŠ"
_PART = rf"[{_CAPITAL}][\w&'’-]*(?:\.[a-z]{{2,3}}\b)?"
_QUOTED = r"[«„\"“]\s*(?P<quoted>[^»”\"“„]{2,40})[»”\"“]"
_GAP = r"[^\S\n]+"  # a name does not go on in the next line
_NAME = rf"(?:{_QUOTED}|(?:[Tt]he\s+)?(?P<name>{_PART}(?:{_GAP}(?:of\s+)?{_PART}){{0,3}}))"
_SAID = "(?:reported|reports|said|wrote|szerint|podaje|podała|informuje|meldet|berichtet)"
_NOTED = "(?:cited|noted|reported|reports|wrote|writes|as per|per|via)"


class Role(StrEnum):
    """Which way a text flowed."""

    ORIGIN = "origin"  # this text comes from the one named: byline, dateline, source line
    CITED = "cited"  # something in it does
    TOLD = "told"  # somebody spoke to the one named, whom the text quotes


@dataclass(frozen=True, slots=True)
class Credit:
    """A source named by a text; offsets in letters."""

    name: str
    role: Role
    start: int
    end: int


def _phrases(block: str) -> str:
    return "(?:" + "|".join(block.split("\n")[1:-1]) + ")"


_SOURCE_LINE = _phrases("""
[Źź]ródło|Zrodlo
Джерело|Источник|Крыніца
Източник|Sursa|Forrás|Zdroj|Šaltinis|Avots|Quelle|Source|Kaynak
""")
_TOLD = _phrases("""
told|in an interview with
в інтерв['’]ю|розпові(?:в|ла)
в интервью|рассказал[аи]?
powiedział[a]?
""")
_BY = _phrases("""
[Aa]ccording to|[Rr]eported by|[Cc]iting|cited by|via
[Jj]ak|[Pp]odaje|[Pp]odała|[Ii]nformuje|[Pp]oinformowała|[Pp]rzekazała|[Ww]edług|[Zz]a
[Ll]aut|[Uu]nter Berufung auf|[Nn]ach (?:Angaben|Informationen)|berichtet(?:e)?|meldet(?:e)?|[Ww]ie
[Pp]otrivit|[Cc]onform|[Tt]ransmite|[Ii]nformează|[Rr]elatează|[Ss]crie|[Aa]nunță|citată? de
[Ii]nformovala o tom|[Ii]nformuje o tom|[Ii]nformovala|[Uu]viedla|[Uu]vedla|[Pp]odľa|[Pp]odle|píše
(?:[Íí]rja|[Kk]özölte|[Jj]elentette) az?
[Pp]raneša|[Pp]ranešė|[Zz]iņo|[Vv]ēsta
[Ss]elon|[Rr]apporte|[Rr]iferisce|[Rr]iporta|[Ss]econdo|[Ss]egún|[Ii]nforma
[Іі]нформує|[Пп]овідоми(?:в|ла|ли)|[Пп]ереда(?:в|ла)|[Зз]гідно з
[Сс]ообщил[аи]?|[Пп]ередал[аи]?|[Пп]о словам|[Сс]огласно
[Сс]ъобщава(?:т)?|[Сс]ъобщи(?:ха)?|[Пп]редава(?:т)?|[Пп]редаде|[Пп]ише|[Сс]поред|[Цц]итиран[аои]? от
[Пп]о (?:информация|данни) на|[Пп]озовавайки се на
""")
_BULGARIAN_BY = _phrases("""
[Сс]ъобщава(?:т)?|[Сс]ъобщи(?:ха)?|[Пп]редава(?:т)?|[Пп]редаде|[Пп]ише|[Сс]поред|[Цц]итиран[аои]? от
""")  # others than agencies only in quotation marks: who "said" is mostly a person
_SLAVIC_BY = _phrases("""
[Зз]а (?:даними|інформацією|повідомленням|матеріалами)|[Зз] посиланням на
[Пп]овідомля[єю](?:ть)?|[Пп]ередає|[Пп]иш(?:е|уть)
[Пп]о (?:данным|информации|сообщению|материалам)|[Сс]о ссылкой на
[Сс]ообща[ею]т|[Пп]ереда[её]т|[Пп]ишет
[Пп]аводле|[Пп]аведамляе
""")
_KIND = (
    r"(?:(?:видання|издание|агентств[оау]|телеканал|газета|агенция(?:та)?|вестник|сайтът|сайт"
    r"|agencj[ai]|dziennik|portal|agentúr[ay]|agentur[ay]|agenți[aei]|Nachrichtenagentur)\s+)?"
)
_ARTICLE = r"(?:the\s+|die\s+|der\s+|la\s+|l['’]\s*)?"
_AGENCY = rf"{_ARTICLE}(?P<name>{_NAMED_AGENCY})\b"
_PLACE = rf"(?:[{_CAPITAL}][\w .,/'’-]{{1,60}}\s*[-–—]+\s*)?"
_DATELINE = rf"[{_CAPITAL}][\w .,'’-]{{1,60}}(?:[-–—]|\.)\s*"  # a place, a day

# (which way, whether whoever stands there is a source, the phrase)
_Pattern = tuple[Role, bool, re.Pattern[str]]


def _compiled(*patterns: tuple[Role, bool, str]) -> tuple[_Pattern, ...]:
    return tuple((role, sure, re.compile(told, re.MULTILINE)) for role, sure, told in patterns)


_OF_AGENCIES = _compiled(  # not looked for in a text that names none
    (Role.ORIGIN, True, rf"\((?P<name>{_NAMED_AGENCY})\)"),
    (Role.ORIGIN, True, rf"/(?:[Кк]орр\. )?(?P<name>{_NAMED_AGENCY})/"),
    (Role.ORIGIN, True, rf"^{_PLACE}(?P<name>{_NAMED_AGENCY})\s*[-–—]\s"),
    (Role.ORIGIN, True, rf"^{_DATELINE}(?P<name>{_NAMED_AGENCY})\.\s"),
    (Role.ORIGIN, True, rf"^(?:©\s*)?(?P<name>{_NAMED_AGENCY})(?:/[\w-]+)*$"),
    (Role.ORIGIN, True, rf"^{_SOURCE_LINE}\s*:\s*{_AGENCY}"),
    (Role.TOLD, True, rf"\b{_TOLD}\s+{_AGENCY}"),
    (Role.CITED, True, rf"\b{_BY}\s+{_ARTICLE}{_KIND}{_AGENCY}"),
    (Role.CITED, True, rf"\b(?P<name>{_NAMED_AGENCY})\s+{_SAID}\b"),
    (Role.CITED, True, rf"\b(?P<name>{_NAMED_AGENCY})(?: Ajansı)?['’]n[ıiuü]n haberine göre"),
)
_IN_CYRILLIC = _compiled(
    (Role.CITED, True, rf"\b{_SLAVIC_BY}:?\s+{_KIND}{_NAME}"),
    (Role.CITED, True, rf"\b{_BULGARIAN_BY}\s+{_KIND}{_QUOTED}"),
)
_OF_ANYONE = _compiled(
    (Role.ORIGIN, True, rf"^{_SOURCE_LINE}\s*:\s*{_NAME}"),
    # "According" without its first letter: what begins with letters that are certain is found fast
    (Role.CITED, False, rf"ccording to\s+{_NAME}\s*(?=[.,;:)\n]|$)"),
    (Role.CITED, False, rf",\s*{_NOTED}\s+{_NAME}\s*(?=[.;)\n]|$)"),
)
_CYRILLIC = re.compile("[Ѐ-ӿ]")
_ADJECTIVE = re.compile("(?:[нк]а|[нк]е|[нк]ий|ный|ная|ное|кая|кое|ата|ото|ият)$")
_LOWER_WORD = re.compile(r"\s+[а-яёєіїґ]{3,}")


def credits_of(text: str) -> tuple[str, ...]:
    """Return the names of the sources a text credits, each once, in the order of the text."""
    return tuple(dict.fromkeys(credit.name for credit in find_credits(text)))


def find_credits(text: str) -> list[Credit]:
    """Return every credit of a text in order.

    A name in mid-prose counts only when it is a known agency or looks like an outlet: most who
    "noted" and "reported" are people.
    """
    found = sorted(_found(text), key=lambda credit: (credit.start, -credit.end))
    kept: list[Credit] = []
    for credit in found:
        if not kept or credit.start >= kept[-1].end:
            kept.append(credit)
    return kept


def _patterns_for(text: str) -> Iterator[_Pattern]:
    if any(name in text for name in AGENCIES):
        yield from _OF_AGENCIES
    if _CYRILLIC.search(text):
        yield from _IN_CYRILLIC
    yield from _OF_ANYONE


def _found(text: str) -> Iterator[Credit]:
    for role, sure, pattern in _patterns_for(text):
        for match in pattern.finditer(text):
            group = "quoted" if match.groupdict().get("quoted") else "name"
            name = " ".join(match[group].split()).rstrip(".'’-")
            if group == "quoted" or (name and _is_source(name, match.end(group), text, sure=sure)):
                yield Credit(name, role, *match.span(group))


def _is_source(name: str, end: int, text: str, *, sure: bool) -> bool:
    """Whether a name that is not quoted is one; "State" of "State Border Guard Service" is none."""
    if _ADJECTIVE.search(name) and _LOWER_WORD.match(text, end):
        return False
    return sure or _is_outlet(name, text)


def _is_outlet(name: str, text: str) -> bool:
    words = [word.casefold() for word in name.split()]
    if set(words) & set(_TITLES.split()):
        return False
    if name in AGENCIES or "." in name or set(words) & set(_CUES.split()):
        return True
    return len(words) == 1 and not _is_surname(name, text)


def _is_surname(word: str, text: str) -> bool:
    """Return whether the word also stands behind a first name or a title."""
    return bool(re.search(rf"[{_CAPITAL}][\w'’-]+\s+{re.escape(word)}\b", text))
