"""Dates as publishers write them, read only as far as they are certain."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

_LONGEST = 100  # characters; longer texts are not dates
_CENTURY_TURNS = 70  # RFC 2822, 4.3, says 50; nobody has published since
_EARLIEST = 1990  # earlier "dates" of news are a clock or a database at its zero


def read_date(text: str, *, zone: str = "") -> datetime | None:
    """Return the moment a publisher's date names, in UTC, or None when it names none for sure.

    Feed parsers take what they do not understand for UTC, or put the month first; here a wrong
    time is worse than none. Not certain, so None: a date without a time of day; a time whose
    zone neither the text nor `zone` tells; 10/11/2026; anything before 1990 (a clock at zero).

    Args:
        text: As written in the feed, in any of some thirty languages.
        zone: IANA name of the outlet's own zone, for texts that name none.
    """
    text = text.strip()
    if not 10 <= len(text) <= _LONGEST:  # noqa: PLR2004 - "1.1.26 1:00" is the shortest
        return None
    try:
        moment = (
            _read_rfc822(text)
            or _read_iso(text, zone)
            or _read_any(_YEAR_LAST.sub(r"\1 \3 \2", text), zone)
        )
    except (ValueError, OverflowError):  # the 31st of February, the year 0
        return None
    return None if moment is None or moment.year < _EARLIEST else moment


# --- the two standard forms, nearly all there is ---------------------------------------------

_RFC822 = re.compile(
    r"(?:[A-Za-z]{3},? +)?(\d{1,2}) ([A-Za-z]{3}) (\d{4}|\d\d) (\d\d):(\d\d)(?::(\d\d))? "
    r"(?:([+-])(\d\d):?(\d\d)|GMT|UTC|Z)"
)


def _read_rfc822(text: str) -> datetime | None:
    match = _RFC822.fullmatch(text)
    if match is None:
        return None
    day, name, year, hour, minute, second, sign, hours, minutes = match.groups()
    month = _months().get(name.lower())
    if month is None or hour == "24" or second == "60":
        return None
    moment = datetime(
        _whole(int(year)), month, int(day), int(hour), int(minute), int(second or 0), tzinfo=UTC
    )
    return moment - _offset(sign, hours, minutes) if sign else moment


def _whole(year: int) -> int:
    """Return a year of two digits with its century (RFC 822; RSS 2.0 grants it still)."""
    return year + 2000 if year < _CENTURY_TURNS else year + 1900 if year < 100 else year  # noqa: PLR2004


_ISO = re.compile(r"\d{4}-\d\d-\d\d.\d\d:\d\d.*|\d{8}T\d{4}.*", re.IGNORECASE)


def _read_iso(text: str, zone: str) -> datetime | None:
    if not _ISO.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return _in_utc(moment, moment.tzinfo or _zone_named(zone))


def _offset(sign: str, hours: str, minutes: str) -> timedelta:
    size = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if size > timedelta(hours=14):
        raise ValueError("no place on Earth is so far from Greenwich")
    return size if sign == "+" else -size


def _in_utc(moment: datetime, zone: tzinfo | None) -> datetime | None:
    return None if zone is None else moment.replace(tzinfo=zone).astimezone(UTC)


# --- any other form: a date, then a time, then perhaps a zone --------------------------------

_WORD = r"[^\W\d_]+"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<year>\d{4})(?:[-/]|\.\s?)(?P<month>\d{1,2})(?:[-/]|\.\s?)(?P<day>\d{1,2})(?!\d)",
        r"(?<!\d)(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>\d{4})(?!\d)",
        r"(?<!\d)(?P<one>\d{1,2})[/-](?P<other>\d{1,2})[/-](?P<year>\d{4})(?!\d)",
        rf"(?P<year>\d{{4}})[.,]?\s(?:m\.\s)?(?P<name>{_WORD})\.?\s(?P<day>\d{{1,2}})(?!\d)",
        (
            rf"(?<!\d)(?P<day>\d{{1,2}})(?:\.|st|nd|rd|th|-го)?[\s-](?:de\s)?(?P<name>{_WORD})[.,]?"
            r"[\s-](?:de\s)?(?P<year>\d{4})(?!\d)"
        ),
        rf"(?P<name>{_WORD})\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})(?!\d)",
    )
)
_TIME = re.compile(
    r"[\s,;.|–—-]*(?:(?:t|d\.|г\.|года|р\.|року|r\.|roku|godz\.|ora|um|at|о|в|o|à|a las"
    r"|hétfő|kedd|szerda|csütörtök|péntek|szombat|vasárnap"
    r"|pazartesi|salı|çarşamba|perşembe|cuma|cumartesi|pazar)"
    r"[\s,;|–—-]*){0,2}"
    r"(?P<hour>\d{1,2})(?::|h(?=\d))(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?"
    r"\s?(?P<half>[ap]\.?m\.?(?!\w))?\s*(?:uhr|uur|h|ч\.?|год\.?)?(?!\w)[\s,]*"
)
_YEAR_LAST = re.compile(  # as C's ctime and the shell's date write it
    r"([^\W\d_]+ +\d{1,2}) +(\d{1,2}:\d\d(?::\d\d)?(?: +\S+)?) +(\d{4})$"
)
_PARENTHESES = re.compile(r"\s*\([^)]*\)")
_LEAD = re.compile(rf"(?:{_WORD}[\s.,:|–—-]*){{0,3}}")  # a weekday, "published"
_NUMERIC_ZONE = re.compile(
    r"(?:utc|gmt)?\s?(?P<sign>[+−-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?"
)


def _read_any(text: str, zone: str) -> datetime | None:
    text = " ".join(_PARENTHESES.sub("", text).split())
    lowered = text.lower()
    for pattern in _DATES:
        found = pattern.search(lowered)
        if found and _LEAD.fullmatch(lowered, 0, found.start()):
            clock = _TIME.match(lowered, found.end())
            day = _day(found.groupdict())
            if clock and day and len(lowered) == len(text):
                moment = datetime.combine(day, time()) + _since_midnight(clock)
                return _in_utc(moment, _zone_of(text[clock.end() :], zone, moment))
    return None


def _day(parts: Mapping[str, str]) -> date | None:
    month, day = _month_and_day(parts)
    return date(int(parts["year"]), month, day) if month else None


def _month_and_day(parts: Mapping[str, str]) -> tuple[int, int]:
    """Month and day; month 0 when they cannot be told."""
    if "name" in parts:
        return _months().get(parts["name"], 0), int(parts["day"])
    if "month" in parts:
        return int(parts["month"]), int(parts["day"])
    one, other = int(parts["one"]), int(parts["other"])
    if one > 12:  # noqa: PLR2004 - months
        return other, one
    return (one, other) if other > 12 or one == other else (0, 0)  # noqa: PLR2004


def _since_midnight(clock: re.Match[str]) -> timedelta:
    hour, minute, second = (int(clock[part] or 0) for part in ("hour", "minute", "second"))
    if clock["half"]:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - a clock's face
            raise ValueError("no such hour")
        hour = hour % 12 + (12 if clock["half"].startswith("p") else 0)
    if (hour, minute, second) > (24, 0, 0) or minute > 59 or second > 60:  # noqa: PLR2004
        raise ValueError("no such time")
    return timedelta(hours=hour, minutes=minute, seconds=min(second, 59))  # 60: a leap second


# --- zones -----------------------------------------------------------------------------------

# Only names that mean one thing to everybody, and the American ones that RFC 822 defines.
_ZONE_HOURS = {
    "utc": 0, "gmt": 0, "ut": 0, "z": 0, "wet": 0, "west": 1, "cet": 1, "met": 1, "cest": 2,
    "mest": 2, "mesz": 2, "mez": 1, "eet": 2, "eest": 3, "msk": 3, "мск": 3, "trt": 3,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}  # fmt: skip


def _zone_of(text: str, zone: str, moment: datetime) -> tzinfo | None:
    """The zone a date's tail names; the outlet's own when it names none; None when unknown."""
    text = text.strip(" .,;|")
    if not text:
        return _zone_named(zone)
    if match := _NUMERIC_ZONE.fullmatch(text.lower()):
        return timezone(_offset(match["sign"], match["hours"], match["minutes"]))
    if text.lower() in _ZONE_HOURS:
        return timezone(timedelta(hours=_ZONE_HOURS[text.lower()]))
    if "/" in text:
        return _zone_named(text)
    own = _zone_named(zone)  # BST and IST mean what they mean to the outlet
    return own if own and moment.replace(tzinfo=own).tzname() == text.upper() else None


@lru_cache(maxsize=256)
def _zone_named(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ValueError, OSError, LookupError):  # not a name, not a file, not known
        return None


# --- months ----------------------------------------------------------------------------------

# Twelve words a row: en, uk, ru, be, pl, ro, hu, sk, cs, de, nl, fr, es, it, pt, lt, lv, et, bg,
# tr, sv, da. A word that means two months (hr listopad) is left out.
_MONTHS = """\
january february march april may june july august september october november december
jan feb mar apr may jun jul aug sep oct nov dec
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень
січ лют бер кві тра чер лип сер вер жов лис гру
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
янв фев мар апр май июн июл авг сен окт ноя дек
студзеня лютага сакавіка красавіка мая чэрвеня ліпеня жніўня верасня кастрычніка лістапада снежня
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
sty lut mar kwi maj cze lip sie wrz paź lis gru
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
ian feb mar apr mai iun iul aug sept oct noi dec
január február március április május június július augusztus szeptember október november december
jan febr márc ápr máj jún júl aug szept okt nov dec
januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra
ledna února března dubna května června července srpna září října listopadu prosince
leden únor březen duben květen červen červenec srpen září říjen listopad prosinec
januar februar märz april mai juni juli august september oktober november dezember
jän feb mär apr mai jun jul aug sep okt nov dez
januari februari maart april mei juni juli augustus september oktober november december
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
janv févr mars avr mai juin juil août sept oct nov déc
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
ene feb mar abr may jun jul ago sep oct nov dic
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
gen feb mar apr mag giu lug ago set ott nov dic
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
sausio vasario kovo balandžio gegužės birželio liepos rugpjūčio rugsėjo spalio lapkričio gruodžio
janvāris februāris marts aprīlis maijs jūnijs jūlijs augusts septembris oktobris novembris decembris
jaanuar veebruar märts aprill mai juuni juuli august september oktoober november detsember
януари февруари март април май юни юли август септември октомври ноември декември
яну фев мар апр май юни юли авг сеп окт ное дек
ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
oca şub mar nis may haz tem ağu eyl eki kas ara
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november december
"""


@lru_cache(maxsize=1)
def _months() -> Mapping[str, int]:
    months: dict[str, int] = {}
    for row in _MONTHS.splitlines():
        months |= {name: number for number, name in enumerate(row.split(), 1)}
    return months
