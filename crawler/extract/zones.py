"""The clock of a publisher of whom only the address is known: that of the country it ends in."""

from datetime import UTC, tzinfo
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

_ZONES = {  # of countries whose news keeps one clock
    "ua": "Kyiv", "pl": "Warsaw", "sk": "Bratislava", "hu": "Budapest", "ro": "Bucharest",
    "md": "Chisinau", "by": "Minsk", "ru": "Moscow", "lt": "Vilnius", "lv": "Riga", "ee": "Tallinn",
    "bg": "Sofia", "cz": "Prague", "at": "Vienna", "de": "Berlin", "ch": "Zurich", "li": "Vaduz",
    "fr": "Paris", "lu": "Luxembourg", "be": "Brussels", "nl": "Amsterdam", "dk": "Copenhagen",
    "se": "Stockholm", "no": "Oslo", "fi": "Helsinki", "it": "Rome", "va": "Vatican", "mt": "Malta",
    "es": "Madrid", "pt": "Lisbon", "uk": "London", "ie": "Dublin", "gr": "Athens",
    "hr": "Zagreb", "si": "Ljubljana", "rs": "Belgrade", "ba": "Sarajevo", "me": "Podgorica",
    "mk": "Skopje", "al": "Tirane", "tr": "Istanbul",
    "ge": "Asia/Tbilisi", "am": "Asia/Yerevan", "az": "Asia/Baku", "cy": "Asia/Nicosia",
    "kz": "Asia/Almaty", "il": "Asia/Jerusalem", "in": "Asia/Kolkata", "jp": "Asia/Tokyo",
    "cn": "Asia/Shanghai", "tw": "Asia/Taipei", "kr": "Asia/Seoul", "is": "Atlantic/Reykjavik",
}  # fmt: skip


def zone_of(address: str) -> tzinfo:
    """Return the zone of the country that a page's host ends in; UTC where that tells none."""
    name = _ZONES.get((urlsplit(address).hostname or "").rpartition(".")[2])
    if name is None:
        return UTC
    return ZoneInfo(name if "/" in name else f"Europe/{name}")
