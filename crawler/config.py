"""What an operator decides, validated once; a `Config` that exists is consistent."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Self

from platformdirs import user_state_path

from crawler.errors import ConfigError
from crawler.model import TopicId

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting the core may need, in the core's own types."""

    home: Path  # everything Kordon writes lies below it
    redis_url: str = field(repr=False)  # may hold a password; empty: the embedded server
    redis_ca: str  # PEM files for rediss://; empty: the system's authorities, no client's own
    redis_cert: str
    redis_key: str
    user_agent: str
    topics: tuple[TopicId, ...]
    host_pause: timedelta
    robots_lifetime: timedelta
    robots_max_bytes: int
    crawl_delay_longest: timedelta
    poll_shortest: timedelta
    poll_longest: timedelta
    poll_first: timedelta
    header_deadline: timedelta
    body_deadline: timedelta
    max_body_bytes: int
    allow_networks: tuple[Network, ...]
    in_flight: int
    lease: timedelta
    retries: int
    retry_first: timedelta
    retry_longest: timedelta
    seen_window: timedelta
    dead_window: timedelta
    prepare_workers: int
    prepare_deadline: timedelta
    prepare_memory_bytes: int
    feed_deadline: timedelta
    candidate_window: timedelta
    story_window: timedelta
    changes_max_length: int

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, Any], environ: Mapping[str, str] | None = None
    ) -> Self:
        """Return the configuration that settings and environment amount to.

        Raises:
            ConfigError: A value is of the wrong kind, out of range or contradicts another.
        """
        read = _Reader(settings)
        environ = os.environ if environ is None else environ
        config = cls(
            home=_home(environ),
            redis_url=environ.get("KORDON_REDIS_URL", ""),
            redis_ca=environ.get("KORDON_REDIS_CA", ""),
            redis_cert=environ.get("KORDON_REDIS_CERT", ""),
            redis_key=environ.get("KORDON_REDIS_KEY", ""),
            user_agent=_user_agent(read, environ),
            topics=tuple(TopicId(topic) for topic in read.names("TOPICS")),
            host_pause=timedelta(seconds=1 / read.number("HOST_RATE_PER_SECOND", 0.001, 10_000)),
            robots_lifetime=read.seconds("ROBOTS_LIFETIME_SECONDS", 60, 86_400),
            robots_max_bytes=read.whole("ROBOTS_MAX_BYTES", 512_000, 10_000_000),
            crawl_delay_longest=read.seconds("CRAWL_DELAY_LONGEST_SECONDS", 1, 3_600),
            poll_shortest=read.seconds("POLL_SHORTEST_SECONDS", 1, 604_800),
            poll_longest=read.seconds("POLL_LONGEST_SECONDS", 1, 2_592_000),
            poll_first=read.seconds("POLL_FIRST_SECONDS", 1, 604_800),
            header_deadline=read.seconds("FETCH_HEADER_SECONDS", 0.1, 300),
            body_deadline=read.seconds("FETCH_BODY_SECONDS", 0.1, 600),
            max_body_bytes=read.whole("FETCH_MAX_BYTES", 1_024, 268_435_456),
            allow_networks=_networks(read),
            in_flight=read.whole("IN_FLIGHT", 1, 1_000),
            lease=read.seconds("LEASE_SECONDS", 1, 86_400),
            retries=read.whole("RETRIES", 0, 100),
            retry_first=read.seconds("RETRY_FIRST_SECONDS", 0.01, 86_400),
            retry_longest=read.seconds("RETRY_LONGEST_SECONDS", 0.01, 604_800),
            seen_window=timedelta(days=read.number("SEEN_DAYS", 1, 3_650)),
            dead_window=timedelta(days=read.number("DEAD_DAYS", 1, 3_650)),
            prepare_workers=read.whole("PREPARE_WORKERS", 0, 256) or os.cpu_count() or 1,
            prepare_deadline=read.seconds("PREPARE_DEADLINE_SECONDS", 0.1, 600),
            prepare_memory_bytes=read.whole("PREPARE_MEMORY_BYTES", 268_435_456, 1 << 40),
            feed_deadline=read.seconds("FEED_DEADLINE_SECONDS", 0.1, 600),
            candidate_window=timedelta(days=read.number("CANDIDATE_DAYS", 0.01, 365)),
            story_window=timedelta(days=read.number("STORY_DAYS", 0.01, 3_650)),
            changes_max_length=read.whole("CHANGES_MAX_LENGTH", 100, 100_000_000),
        )
        config._check_relations()
        return config

    def _check_relations(self) -> None:
        if not self.topics:
            raise ConfigError("TOPICS is empty", "name at least one topic, such as ukraine-border")
        _ordered(
            "POLL_SHORTEST_SECONDS", self.poll_shortest, "POLL_LONGEST_SECONDS", self.poll_longest
        )
        _ordered(
            "RETRY_FIRST_SECONDS", self.retry_first, "RETRY_LONGEST_SECONDS", self.retry_longest
        )
        _ordered("CANDIDATE_DAYS", self.candidate_window, "STORY_DAYS", self.story_window)
        whole_way = self.header_deadline + self.body_deadline + self.prepare_deadline
        _ordered("FETCH_HEADER_, FETCH_BODY_ and PREPARE_DEADLINE_SECONDS together", whole_way,
                 "LEASE_SECONDS", self.lease)  # fmt: skip


class _Reader:
    """Settings by name, each checked for kind and range."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings

    def _value(self, name: str) -> Any:  # noqa: ANN401 - settings are untyped by nature
        try:
            return self._settings[name]
        except KeyError:
            raise ConfigError(
                f"the setting {name} is missing", "restore it in settings.py"
            ) from None

    def number(self, name: str, least: float, most: float) -> float:
        value = self._value(name)
        try:
            number = float(value)
        except (TypeError, ValueError):
            raise ConfigError(
                f"{name} is {value!r}, not a number", f"give {least:g} to {most:g}"
            ) from None
        if not least <= number <= most:
            raise ConfigError(f"{name} is {value!r}, out of range", f"give {least:g} to {most:g}")
        return number

    def whole(self, name: str, least: int, most: int) -> int:
        return int(self.number(name, least, most))

    def seconds(self, name: str, least: float, most: float) -> timedelta:
        return timedelta(seconds=self.number(name, least, most))

    def names(self, name: str) -> tuple[str, ...]:
        value = self._value(name)
        parts = value.split(",") if isinstance(value, str) else list(value)
        return tuple(str(part).strip() for part in parts if str(part).strip())


def _home(environ: Mapping[str, str]) -> Path:
    given = environ.get("KORDON_HOME", "")
    return Path(given).expanduser().absolute() if given else user_state_path("kordon")


def _user_agent(read: _Reader, environ: Mapping[str, str]) -> str:
    contact = environ.get("KORDON_CONTACT", "") or ",".join(read.names("CONTACT"))
    if any(ord(letter) < 32 or ord(letter) > 126 for letter in contact):  # noqa: PLR2004 - ASCII
        raise ConfigError(
            "the contact holds characters a header cannot carry", "use an address or URL"
        )
    agent = ",".join(read.names("USER_AGENT"))
    return agent.replace("{contact}", f"; +{contact}" if contact else "")


def _networks(read: _Reader) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(text) for text in read.names("FETCH_ALLOW_ADDRESSES"))
    except ValueError as error:
        raise ConfigError(
            f"FETCH_ALLOW_ADDRESSES: {error}", "write networks as 10.0.0.0/8"
        ) from error


def _ordered(small: str, one: timedelta, large: str, other: timedelta) -> None:
    if one > other:
        raise ConfigError(
            f"{small} ({one.total_seconds():g} s) is over {large} ({other.total_seconds():g} s)",
            "lower the first or raise the second",
        )
