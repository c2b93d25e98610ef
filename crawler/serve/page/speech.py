"""How the page speaks a language: its words, plurals, numbers and times.

Each language is one table, `data/<code>.toml`, and all of them have the same keys.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

LANGUAGES = ("en", "uk")
ZONE = ZoneInfo("Europe/Kyiv")
NO_BREAK_SPACE = "\u00a0"
SIZES, THOUSAND = ("byte", "kilobyte", "megabyte", "gigabyte"), 1_000
_MARKS = {"en": {}, "uk": str.maketrans({",": NO_BREAK_SPACE, ".": ","})}
FEW, TEENS = range(2, 5), range(11, 15)


class Speech:
    """One language, as templates use it."""

    def __init__(self, code: str, table: Mapping[str, str]) -> None:
        self.code = code
        self._table = table

    def __call__(self, key: str, **values: object) -> str:
        """Return the words under a key such as `nav.search`, filled with the values.

        Raises:
            KeyError: There are none.
        """
        return self._table[key].format_map(values)

    def named(self, kind: str, name: str, otherwise: str = "") -> str:
        """Return the words under `<kind>.<name>`, or what is given where there are none."""
        return self._table.get(f"{kind}.{name}", otherwise or name)

    def counted(self, key: str, number: int) -> str:
        """Return a number with its noun: `counted("count.story", 5)`."""
        words = self._table[f"{key}.{plural(self.code, number)}"]
        return words.format(n=self.number(number))

    def number(self, number: float) -> str:
        """Return a number with its thousands apart, and the language's own decimal mark."""
        return f"{number:,}".translate(_MARKS[self.code])

    def size(self, size: int) -> str:
        """Return a number of bytes in the unit that a person uses: 670.7 kB."""
        unit = min(max(len(str(size)) - 1, 0) // 3, len(SIZES) - 1)
        number: float = round(size / THOUSAND**unit, 1) if unit else size
        return f"{self.number(number)}{NO_BREAK_SPACE}{self._table[f'unit.{SIZES[unit]}']}"

    def milliseconds(self, number: int) -> str:
        """Return so many milliseconds."""
        return f"{self.number(number)}{NO_BREAK_SPACE}{self._table['unit.millisecond']}"

    def seconds(self, length: timedelta) -> str:
        """Return a short time in seconds."""
        number = length.total_seconds()
        short = int(number) if number.is_integer() else round(number, 1)
        return f"{self.number(short)}{NO_BREAK_SPACE}{self._table['unit.second']}"

    def refusal(self, key: str, values: Mapping[str, str], otherwise: str) -> tuple[str, str]:
        """Return why something was refused, and the language of that: English without words."""
        words = self._table.get(f"refusal.{key}")
        return (words.format_map(values), self.code) if words else (otherwise, "en")

    def outcome(self, code: str) -> str:
        """Return what came of a poll or a page in words, or its code where there are none."""
        reason = code.removeprefix("failed:")
        status = reason.removeprefix("http-")
        known = self._table.get(f"outcome.{reason}")
        if known is None and status.isdigit() and status != reason:
            return self("outcome.http", status=status)
        return known or self.named("skip", reason)

    def day(self, at: datetime) -> str:
        """Return a day, such as 22 Nov, where its border is."""
        local = at.astimezone(ZONE)
        return f"{local.day}{NO_BREAK_SPACE}{self._table[f'month.{local.month}']}"

    def time(self, at: datetime, now: datetime) -> str:
        """Return an instant in Kyiv time: its hour, its day unless today, another year besides."""
        local, today = at.astimezone(ZONE), now.astimezone(ZONE)
        if local.date() == today.date():
            return f"{local:%H:%M}"
        year = f"{NO_BREAK_SPACE}{local.year}" if local.year != today.year else ""
        return f"{self.day(at)}{year}, {local:%H:%M}"

    def moment(self, at: datetime) -> str:
        """Return an instant in Kyiv time with day and year, as paper needs it."""
        local = at.astimezone(ZONE)
        return f"{self.day(at)}{NO_BREAK_SPACE}{local.year}, {local:%H:%M}"

    def later(self, at: datetime, now: datetime) -> tuple[str, str] | None:
        """Return until when an hour alone will do, as ISO 8601, and what to say from then on.

        None for an instant that is told with its day at once.
        """
        local = at.astimezone(ZONE)
        if local.date() != now.astimezone(ZONE).date():
            return None
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return midnight.isoformat(), f"{self.day(at)}, {local:%H:%M}"

    def length(self, length: timedelta) -> str:
        """Return how long something took: in minutes, hours and minutes, or days."""
        minutes = round(length / timedelta(minutes=1))
        if length >= timedelta(days=2):
            return self.counted("count.day", round(length / timedelta(days=1)))
        hours, rest = divmod(minutes, 60)
        parts = [("hour", hours), ("minute", rest)] if hours else [("minute", minutes)]
        return " ".join(self.counted(f"count.{unit}", n) for unit, n in parts if n or not hours)


def plural(code: str, number: int) -> str:
    """Return which form of a noun goes with a number: `one`, `few` or `many`.

    Source: CLDR 46, plural rules of cardinals
    """
    if code != "uk":
        return "one" if number == 1 else "many"
    if number % 10 == 1 and number % 100 not in TEENS:
        return "one"
    return "few" if number % 10 in FEW and number % 100 not in TEENS else "many"


@cache
def speech(code: str) -> Speech:
    """Return one of `LANGUAGES`."""
    text = files("crawler.serve.page").joinpath("data", f"{code}.toml").read_text("utf-8")
    return Speech(code, dict(_flat(tomllib.loads(text))))


def preferred(header: str) -> str:
    """Return the language of ours that an Accept-Language header likes best (RFC 9110 12.5.4)."""
    liked = ((_weight(part), part.strip()[:2].lower()) for part in header[:500].split(","))
    known = [(weight, code) for weight, code in liked if code in LANGUAGES and weight > 0]
    return max(known, key=lambda one: one[0], default=(0, LANGUAGES[0]))[1]


def _weight(part: str) -> float:
    _, _, weight = part.partition(";q=")
    try:
        return float(weight or 1)
    except ValueError:
        return 0.0


def _flat(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value
