"""Every setting and environment variable an operator may give: its kind, range and meaning.

`settings.py` holds the defaults, `crawler.overrides` reads what an operator changes, and
docs/reference/settings.md is written from these tables.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from ipaddress import ip_network
from typing import Any, NoReturn

from crawler.errors import ConfigError


class Kind(StrEnum):
    """What a setting holds."""

    NUMBER = "number"
    WHOLE = "whole number"
    TEXT = "text"
    SWITCH = "true or false"
    NAMES = "list of names"
    NETWORKS = "list of networks"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing an operator may change; its unit stands in its name."""

    name: str
    group: str
    kind: Kind
    meaning: str
    least: float = 0
    most: float = 0

    @property
    def range(self) -> str:
        """What it may hold, for a person."""
        if self.kind in {Kind.NUMBER, Kind.WHOLE}:
            return f"{plain(self.least)} to {plain(self.most)}"
        return {
            Kind.NAMES: '["one", "another"]',
            Kind.NETWORKS: '["10.0.0.0/8"]',
            Kind.SWITCH: "true or false",
        }.get(self.kind, "printable ASCII")

    def checked(self, value: object) -> Any:  # noqa: ANN401 - settings are untyped by nature
        """Return the value if this setting can hold it.

        Raises:
            ConfigError: It is of another kind, or out of range.
        """
        fits = {
            Kind.NUMBER: self._number,
            Kind.WHOLE: self._number,
            Kind.TEXT: self._text,
            Kind.SWITCH: self._switch,
            Kind.NAMES: self._names,
            Kind.NETWORKS: self._networks,
        }
        return fits[self.kind](value)

    def _number(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._refuse(value, f"not a {self.kind}")
        if not self.least <= value <= self.most:
            self._refuse(value, "out of range")
        if self.kind is Kind.WHOLE and value != int(value):
            self._refuse(value, "not a whole number")
        return value

    def _text(self, value: object) -> str:
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            self._refuse(value, "not printable ASCII")
        return value

    def _switch(self, value: object) -> bool:
        if not isinstance(value, bool):
            self._refuse(value, f"not {self.kind}")
        return value

    def _names(self, value: object) -> tuple[str, ...]:
        parts = (value,) if isinstance(value, str) else value
        if not isinstance(parts, list | tuple) or not all(isinstance(part, str) for part in parts):
            self._refuse(value, f"not a {self.kind}")
        return tuple(part.strip() for part in parts if part.strip())

    def _networks(self, value: object) -> tuple[str, ...]:
        names = self._names(value)
        for name in names:
            try:
                ip_network(name)
            except ValueError as error:
                raise ConfigError(
                    f"{self.name}: {error}", "write networks as 10.0.0.0/8"
                ) from error
        return names

    def _refuse(self, value: object, why: str) -> NoReturn:
        raise ConfigError(f"{self.name} is {value!r}, {why}", f"give {self.range}")


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable that Kordon reads."""

    name: str
    meaning: str
    secret: bool = False  # may also come from a file, and is never shown


def plain(number: float) -> str:
    """Return a number without an exponent, thousands apart."""
    return f"{number:,.12g}" if number != int(number) else f"{int(number):,}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that was most likely meant, or nothing; case does not matter."""
    spelled = {one.casefold(): one for one in known}
    found = get_close_matches(name.casefold(), spelled, n=1, cutoff=0.75)
    return spelled[found[0]] if found else ""


_WEEK, _MONTH = 604_800, 2_592_000

SETTINGS = (
    Setting("USER_AGENT", "Who we are", Kind.TEXT,
            "What publishers see; `{contact}` is replaced by the contact."),
    Setting("CONTACT", "Who we are", Kind.TEXT,
            "A mail address or web page where publishers reach you."),
    Setting("TOPICS", "What is collected", Kind.NAMES,
            "Topics by id; `kordon topics list` shows them."),
    Setting("SHIPPED_FEEDS", "What is collected", Kind.SWITCH,
            "Whether the shipped feeds are polled; otherwise only those that you added, imported "
            "or listed."),
    Setting("HOST_RATE_PER_SECOND", "Politeness", Kind.NUMBER,
            "Requests a second to one host at most, one at a time; a longer Crawl-delay wins.",
            0.001, 10_000),
    Setting("ROBOTS_LIFETIME_SECONDS", "Politeness", Kind.NUMBER,
            "How long a robots file is believed (RFC 9309: at most a day).", 60, 86_400),
    Setting("ROBOTS_MAX_BYTES", "Politeness", Kind.WHOLE,
            "So much of a robots file is read (RFC 9309: at least 500 KiB).", 512_000, 10_000_000),
    Setting("CRAWL_DELAY_LONGEST_SECONDS", "Politeness", Kind.NUMBER,
            "A longer Crawl-delay counts as this.", 1, 3_600),
    Setting("POLL_SHORTEST_SECONDS", "Polling", Kind.NUMBER,
            "A feed is never polled more often, whatever its publisher allows.", 1, _WEEK),
    Setting("POLL_UNCONDITIONAL_SECONDS", "Polling", Kind.NUMBER,
            "The same for a feed without ETag and Last-Modified, which is sent whole each time.",
            1, _WEEK),
    Setting("POLL_LONGEST_SECONDS", "Polling", Kind.NUMBER,
            "A silent feed is still polled so often.", 1, _MONTH),
    Setting("POLL_FIRST_SECONDS", "Polling", Kind.NUMBER,
            "How long after a feed's first poll the second comes, when its dates tell nothing.",
            1, _WEEK),
    Setting("POLL_PATIENCE_HOURS", "Polling", Kind.NUMBER,
            "So many hours of an entry's delay are worth one request; more means fewer requests.",
            0.001, 1_000),
    Setting("POLL_PUSHED_SECONDS", "Polling", Kind.NUMBER,
            "A feed whose hub (WebSub) tells of news is polled so often for safety.", 1, _WEEK),
    Setting("POLL_FASTER_HOSTS", "Polling", Kind.NAMES,
            "Hosts whose feeds may be polled faster, such as an agency that invites it."),
    Setting("POLL_FASTER_SECONDS", "Polling", Kind.NUMBER,
            "Feeds of those hosts are never polled more often.", 1, _WEEK),
    Setting("FETCH_HEADER_SECONDS", "Fetching", Kind.NUMBER,
            "How long an answer may take to begin.", 0.1, 300),
    Setting("FETCH_BODY_SECONDS", "Fetching", Kind.NUMBER,
            "How long its body may take after that.", 0.1, 600),
    Setting("FETCH_MAX_BYTES", "Fetching", Kind.WHOLE,
            "A body is refused beyond this, counted after decompression.", 1_024, 268_435_456),
    Setting("FETCH_MAX_REDIRECTS", "Fetching", Kind.WHOLE,
            "So many redirects are followed for one request.", 0, 20),
    Setting("FETCH_ALLOW_ADDRESSES", "Fetching", Kind.NETWORKS,
            "Networks that may be met although they are not the public internet."),
    Setting("IN_FLIGHT", "The frontier", Kind.WHOLE,
            "Claims that one process works on at once.", 1, 1_000),
    Setting("LEASE_SECONDS", "The frontier", Kind.NUMBER,
            "How long a claim is safe from other processes; at least as long as one piece of work.",
            1, 86_400),
    Setting("RETRIES", "The frontier", Kind.WHOLE,
            "How often a failed entry is tried again before it is a dead letter; three times as "
            "often where its host fails (5xx, 429, no connection).", 0, 100),
    Setting("RETRY_FIRST_SECONDS", "The frontier", Kind.NUMBER,
            "The wait before the first retry; it doubles each time.", 0.01, 86_400),
    Setting("RETRY_LONGEST_SECONDS", "The frontier", Kind.NUMBER,
            "No wait between retries is longer.", 0.01, _WEEK),
    Setting("SEEN_DAYS", "The frontier", Kind.NUMBER,
            "How long an entry is known after its feed last listed it.", 1, 3_650),
    Setting("DEAD_DAYS", "The frontier", Kind.NUMBER,
            "How long dead letters are kept.", 1, 3_650),
    Setting("FIRST_RUN_MAX_PAGES", "The frontier", Kind.WHOLE,
            "The first run on an empty home fetches so many pages at most.", 1, 10_000_000),
    Setting("PREPARE_WORKERS", "Preparing", Kind.WHOLE,
            "Processes that read pages and feeds; 0: one for each core.", 0, 256),
    Setting("PREPARE_DEADLINE_SECONDS", "Preparing", Kind.NUMBER,
            "How long reading one page may take; then its process is killed.", 0.1, 600),
    Setting("PREPARE_MEMORY_BYTES", "Preparing", Kind.WHOLE,
            "Address space of one such process.", 268_435_456, 1 << 40),
    Setting("FEED_DEADLINE_SECONDS", "Preparing", Kind.NUMBER,
            "How long reading one feed may take.", 0.1, 600),
    Setting("CANDIDATE_DAYS", "Stories", Kind.NUMBER,
            "How long an article can be found as a look-alike of a new one.", 0.01, 365),
    Setting("STORY_DAYS", "Stories", Kind.NUMBER,
            "How long a story is kept after its last change.", 0.01, 3_650),
    Setting("CHANGES_DAYS", "Stories", Kind.NUMBER,
            "How long an event stays in the stream for consumers to read.", 0.01, 3_650),
    Setting("CHANGES_MAX_LENGTH", "Stories", Kind.WHOLE,
            "Events kept for consumers, in each topic.", 100, 100_000_000),
    Setting("HOOK_DEADLINE_SECONDS", "Webhooks", Kind.NUMBER,
            "How long a receiver may take to begin its answer, and again to end it.", 0.1, 60),
    Setting("HOOK_ATTEMPTS", "Webhooks", Kind.WHOLE,
            "How often a delivery is tried before it is a dead letter; 15 take about a day.",
            1, 100),
    Setting("HOOK_SUSPEND_DAYS", "Webhooks", Kind.NUMBER,
            "A hook that took nothing for so long is suspended, with an alert.", 0.01, 365),
    Setting("HOOK_ALLOW_ADDRESSES", "Webhooks", Kind.NETWORKS,
            "Networks of receivers that may be told although they are not the public internet."),
)  # fmt: skip

VARIABLES = (
    Variable("KORDON_HOME", "The directory for everything Kordon writes; default: the platform's "
             "state directory (`~/.local/state/kordon`, `~/Library/Application Support/kordon`)."),
    Variable("KORDON_SETTINGS", "The operator's settings file; default: `settings.toml` in the "
             "home, if there is one."),
    Variable("KORDON_CONTACT", "Overrides `CONTACT`."),
    Variable("KORDON_CORPUS_URL", "Where articles are kept when many machines share them: an "
             "fsspec address such as `s3://bucket/corpus` (install its package beside Kordon: "
             "s3fs); default: `corpus` in the home.", secret=True),
    Variable("KORDON_WEBSUB_CALLBACK", "Where hubs (WebSub) reach `kordon serve` from outside, "
             "such as `https://news.example.org/websub`; without it no hub is asked."),
    Variable("KORDON_PUBLIC_URL", "Where `kordon serve` is reached from outside, such as "
             "`https://news.example.org`; feeds out name themselves so, and every read takes a "
             "token. Without it they are named as they are asked for."),
    Variable("KORDON_HUB_URL", "A WebSub hub that our feeds name and that is told when they "
             "change; needs `KORDON_PUBLIC_URL`."),
    Variable("KORDON_REDIS_URL", "A Redis of your own: `redis://`, `rediss://` (TLS) or `unix://`; "
             "without it Kordon runs its own.", secret=True),
    Variable("KORDON_REDIS_CA", "PEM file of the authorities to trust; default: the system's."),
    Variable("KORDON_REDIS_CERT", "PEM file of our certificate, where the server asks for one."),
    Variable("KORDON_REDIS_KEY", "PEM file of its key."),
)  # fmt: skip

_BY_NAME = {setting.name: setting for setting in SETTINGS}


def setting_of(name: str) -> Setting | None:
    """Return the setting of this name, or None."""
    return _BY_NAME.get(name)
