"""Instants as publishers write them, in the languages of the region."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from crawler.model import DateSource, Precision


@dataclass(frozen=True, slots=True)
class Instant:
    """A point in time as read: aware UTC, and how finely it was given."""

    at: datetime
    precision: Precision
    source: DateSource | None = None


MONTHS = {
    1: "jan ian ene gen janv sty січ янв яну студз saus led ocak",
    2: "feb fév fev lut лют фев févr vas únor unor şubat",
    3: "mar mär márc берез мар сакав kov brez břez mart",
    4: "apr ápr avr abr kwi квіт апр красав bal dub nisan",
    5: "may mai maj máj mag maggio трав мая май мае geg květ kvet",
    6: "jun iun jún juin giu cze черв июн юни чэрв birž jūn červn cerven june haziran",
    7: "jul iul júl juil lug lip лип июл юли ліп liep jūl červenec červenc cervenec temmuz",
    8: "aug août ago aoû sie серп авг жнів rugpj srp ağustos",
    9: "sep sept szept set wrz верес сен септ верас rugs zář zari eylül",
    10: "oct okt oct ott paź paz жовт окт кастр spal říj rij ekim",
    11: "nov noi lis листоп ноя ноем лістап lapk list kasım",
    12: "dec dez déc dic gru груд дек снеж gruod pros aralık",
}  # the beginnings of month names: en de fr es it pl uk ru be bg lt lv hu ro sk cs tr
_BEGINNINGS = sorted(
    ((beginning, month) for month, names in MONTHS.items() for beginning in names.split()),
    key=lambda pair: -len(pair[0]),
)
_OFFSETS = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "bst": 60, "west": 60, "cet": 60, "mez": 60, "cest": 120,
    "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "мск": 180, "trt": 180, "ist": 330,
    "est": -300, "edt": -240, "et": -300, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360,
    "pst": -480, "pdt": -420, "jst": 540,
}  # minutes east of Greenwich  # fmt: skip
_WORD = r"[^\W\d_]+"
_ISO = re.compile(r"\b(?P<y>(?:19|20)\d\d)([-/]|\.\s?)(?P<m>\d\d?)\2(?P<d>\d\d?)(?!\d)")
_COMPACT = re.compile(r"\b(?P<y>(?:19|20)\d\d)(?P<m>\d\d)(?P<d>\d\d)(?=T|\b)")
_DAY_FIRST = re.compile(
    r"(?<![\d:.])(?P<d>\d\d?)\.\s?(?P<m>\d\d?)\.\s?(?P<y>(?:19|20)\d\d|\d\d)(?!\d)"
)
_SLASHED = re.compile(r"(?<!\d)(?P<d>\d\d?)([/-])(?P<m>\d\d?)\2(?P<y>(?:19|20)\d\d)(?!\d)")
_DAY_MONTH = re.compile(
    rf"(?<!\d)(?P<d>\d\d?)(?:st|nd|rd|th|\.|º)?[\s\-]+(?:de\s+)?(?P<w>{_WORD})\.?,?[\s\-]+(?:de\s+)?"
    r"(?P<y>(?:19|20)\d\d)(?!\d)"
)
_MONTH_DAY = re.compile(
    rf"(?P<w>{_WORD})\.?\s+(?P<d>\d\d?)(?:st|nd|rd|th)?,?\s+(?P<y>(?:19|20)\d\d)(?!\d)"
)
_YEAR_FIRST = re.compile(
    rf"(?P<y>(?:19|20)\d\d)\.?(?:\s+(?:m|gada|metų)\.?)?\s+(?:(?P<d>\d\d?)\.\s+)?(?P<w>{_WORD})\.?"
    r"(?:\s+(?P<e>\d\d?)(?![\d:]|\.\d))?"
)
_TIME = re.compile(
    r"(?<![\d.:+-])(?P<h>[01]?\d|2[0-3])(?P<sep>[:.h])(?P<m>[0-5]\d)(?:(?P=sep)(?P<s>[0-5]\d))?"
    r"(?:[.,]\d+)?(?![\d])\s*(?P<half>[ap]\.?m\b\.?)?",
    re.IGNORECASE,
)
_COMPACT_TIME = re.compile(r"^T(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)(?P<s>[0-5]\d)?")
_NUMBER_ZONE = re.compile(
    r"(?:\b(?:GMT|UTC)\s?)?(?P<sign>[+\u2212-])(?P<h>\d\d?):?(?P<m>\d\d)?(?!\d)"
)
_NAME_ZONE = re.compile(rf"(?<![^\W\d_])(?P<name>{'|'.join(_OFFSETS)})(?![^\W_])", re.IGNORECASE)
_EPOCH = re.compile(r"^\s*(1\d{9})(\d{3})?(?:\.\d+)?\s*$")
_EARLIEST = 1990  # earlier "dates" of news are a clock or a database at its zero
_LONGEST = 120  # letters; a date line is short, and a longer text is prose
_NOON_HOURS = 12


def read_instant(text: str, zone: tzinfo = UTC) -> Instant | None:
    """Return the instant a publisher wrote, or None when the text names none for certain.

    A bare day is the same day everywhere: it is told as its midnight in UTC, whatever the zone.
    `03/04/2026` names none: whether the day or the month stands first cannot be told, and
    a missing date is better than one a month away.

    Args:
        text: A machine's or a person's spelling, with or without time of day.
        zone: Where the publisher's clock hangs; used when the text names no zone.
    """
    text = text.strip()[:_LONGEST]
    if epoch := _EPOCH.match(text):
        return Instant(datetime.fromtimestamp(int(epoch[1]), UTC), Precision.SECOND)
    for reader in _READERS:
        found = reader(text)
        if found:
            day, (start, end) = found
            return _with_time(day, text[:start], text[end:], zone)
    return None


_Found = tuple[date, tuple[int, int]]


def _numeric(pattern: re.Pattern[str]) -> Callable[[str], _Found | None]:
    def read(text: str) -> _Found | None:
        match = pattern.search(text)
        return _dated(match, int(match["m"])) if match else None

    return read


def _slashed(text: str) -> _Found | None:
    match = _SLASHED.search(text)
    if not match:
        return None
    one, other = int(match["d"]), int(match["m"])
    if one > _NOON_HOURS or one == other:
        return _dated(match, other)
    return _dated(match, one, other) if other > _NOON_HOURS else None


def _worded(pattern: re.Pattern[str]) -> Callable[[str], _Found | None]:
    def read(text: str) -> _Found | None:
        for match in pattern.finditer(text):
            month = _month(match["w"])
            if month and (found := _dated(match, month)):
                return found
        return None

    return read


def _year_first(text: str) -> _Found | None:
    for match in _YEAR_FIRST.finditer(text):
        month, day = _month(match["w"]), match["d"] or match["e"]
        if month and day:
            return _dated(match, month, int(day))
    return None


_READERS: tuple[Callable[[str], _Found | None], ...] = (
    _numeric(_ISO),
    _numeric(_DAY_FIRST),
    _worded(_DAY_MONTH),
    _worded(_MONTH_DAY),
    _year_first,
    _slashed,
    _numeric(_COMPACT),
)


def _month(word: str) -> int | None:
    word = word.lower()
    return next((month for beginning, month in _BEGINNINGS if word.startswith(beginning)), None)


def _dated(match: re.Match[str], month: int, day: int | None = None) -> _Found | None:
    year = int(match["y"])
    whole = year if year > 99 else 2000 + year  # noqa: PLR2004
    if whole < _EARLIEST:
        return None
    try:
        return date(whole, month, day or int(match["d"])), match.span()
    except ValueError:
        return None


def _with_time(day: date, before: str, after: str, zone: tzinfo) -> Instant | None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    match = _COMPACT_TIME.match(after) or _TIME.search(after.lstrip("T")) or _TIME.search(before)
    if not match:
        return Instant(midnight, Precision.DAY)
    hour = _hour(int(match["h"]), match.groupdict().get("half") or "")
    local = midnight.replace(hour=hour, minute=int(match["m"]), second=int(match["s"] or 0))
    written = _zone(match.string[match.end() :])
    precision = Precision.SECOND if match["s"] else Precision.MINUTE
    return _instant(local.replace(tzinfo=written or zone), precision)


def _instant(local: datetime, precision: Precision) -> Instant | None:
    try:
        return Instant(local.astimezone(UTC), precision)
    except OverflowError:
        return None


def _hour(hour: int, half: str) -> int:
    if half.lower().startswith("p") and hour < _NOON_HOURS:
        return hour + _NOON_HOURS
    return 0 if half.lower().startswith("a") and hour == _NOON_HOURS else hour


def _zone(text: str) -> tzinfo | None:
    if number := _NUMBER_ZONE.search(text[:16]):
        minutes = int(number["h"]) * 60 + int(number["m"] or 0)
        return timezone(timedelta(minutes=minutes if number["sign"] == "+" else -minutes))
    name = _NAME_ZONE.search(text[:24])
    return timezone(timedelta(minutes=_OFFSETS[name["name"].lower()])) if name else None
