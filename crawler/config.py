"""What an operator decides, validated once; a `Config` that exists is consistent."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Self

from crawler.errors import ConfigError
from crawler.model import TopicId
from crawler.overrides import home_of, operators_contact, variables
from crawler.setting import setting_of

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting the core may need, in the core's own types."""

    home: Path  # everything Kordon writes lies below it
    redis_url: str = field(repr=False)  # may hold a password; empty: the embedded server
    corpus_url: str = field(repr=False)  # an fsspec address; empty: a directory of the home
    redis_ca: str  # PEM files for rediss://; empty: the system's authorities, no client's own
    redis_cert: str
    redis_key: str
    websub_callback: str  # where hubs reach `kordon serve` (https://.../websub); may be empty
    public_url: str  # where `kordon serve` is reached, no slash at its end; may be empty
    hub_url: str  # the hub of our own feeds; may be empty
    contact: str  # where publishers reach the operator; may be empty
    user_agent: str
    topics: tuple[TopicId, ...]
    polls_shipped: bool  # whether feeds that ship are polled beside the operator's own
    host_pause: timedelta
    robots_lifetime: timedelta
    robots_max_bytes: int
    crawl_delay_longest: timedelta
    poll_shortest: timedelta
    poll_unconditional: timedelta
    poll_longest: timedelta
    poll_first: timedelta
    poll_patience: timedelta
    poll_pushed: timedelta
    poll_faster_hosts: frozenset[str]
    poll_faster: timedelta
    header_deadline: timedelta
    body_deadline: timedelta
    max_body_bytes: int
    max_redirects: int
    allow_networks: tuple[Network, ...]
    in_flight: int
    lease: timedelta
    retries: int
    retry_first: timedelta
    retry_longest: timedelta
    seen_window: timedelta
    dead_window: timedelta
    first_run_max_pages: int
    prepare_workers: int
    prepare_deadline: timedelta
    prepare_memory_bytes: int
    feed_deadline: timedelta
    candidate_window: timedelta
    story_window: timedelta
    changes_window: timedelta
    changes_max_length: int
    hook_deadline: timedelta
    hook_attempts: int
    hook_suspend: timedelta
    hook_allow_networks: tuple[Network, ...]

    @property
    def corpus(self) -> Path:
        """Where articles are kept unless `corpus_url` names another place; need not exist."""
        return self.home / "corpus"

    @property
    def own_topics(self) -> Path:
        """Where the operator's topic files lie; need not exist."""
        return self.home / "topics"

    @classmethod
    def from_settings(
        cls, settings: Mapping[str, Any], environ: Mapping[str, str] | None = None
    ) -> Self:
        """Return the configuration that settings and environment amount to.

        Long because it is a table: a line a field, in their order, checked by their types.

        Raises:
            ConfigError: A value is of the wrong kind, out of range or contradicts another; a
                variable is unknown, or a secret cannot be read.
        """
        read = _Reader(settings)
        given = variables(os.environ if environ is None else environ)
        config = cls(
            home=home_of(given),
            redis_url=given.get("KORDON_REDIS_URL", ""),
            corpus_url=given.get("KORDON_CORPUS_URL", ""),
            redis_ca=given.get("KORDON_REDIS_CA", ""),
            redis_cert=given.get("KORDON_REDIS_CERT", ""),
            redis_key=given.get("KORDON_REDIS_KEY", ""),
            websub_callback=given.get("KORDON_WEBSUB_CALLBACK", ""),
            public_url=given.get("KORDON_PUBLIC_URL", "").rstrip("/"),
            hub_url=given.get("KORDON_HUB_URL", ""),
            contact=operators_contact(settings, given),
            user_agent=_user_agent(read.text("USER_AGENT"), operators_contact(settings, given)),
            topics=tuple(TopicId(topic) for topic in read.names("TOPICS")),
            polls_shipped=read.switch("SHIPPED_FEEDS"),
            host_pause=timedelta(seconds=1 / read.number("HOST_RATE_PER_SECOND")),
            robots_lifetime=read.seconds("ROBOTS_LIFETIME_SECONDS"),
            robots_max_bytes=read.whole("ROBOTS_MAX_BYTES"),
            crawl_delay_longest=read.seconds("CRAWL_DELAY_LONGEST_SECONDS"),
            poll_shortest=read.seconds("POLL_SHORTEST_SECONDS"),
            poll_unconditional=read.seconds("POLL_UNCONDITIONAL_SECONDS"),
            poll_longest=read.seconds("POLL_LONGEST_SECONDS"),
            poll_first=read.seconds("POLL_FIRST_SECONDS"),
            poll_patience=timedelta(hours=read.number("POLL_PATIENCE_HOURS")),
            poll_pushed=read.seconds("POLL_PUSHED_SECONDS"),
            poll_faster_hosts=frozenset(read.names("POLL_FASTER_HOSTS")),
            poll_faster=read.seconds("POLL_FASTER_SECONDS"),
            header_deadline=read.seconds("FETCH_HEADER_SECONDS"),
            body_deadline=read.seconds("FETCH_BODY_SECONDS"),
            max_body_bytes=read.whole("FETCH_MAX_BYTES"),
            max_redirects=read.whole("FETCH_MAX_REDIRECTS"),
            allow_networks=tuple(map(ip_network, read.names("FETCH_ALLOW_ADDRESSES"))),
            in_flight=read.whole("IN_FLIGHT"),
            lease=read.seconds("LEASE_SECONDS"),
            retries=read.whole("RETRIES"),
            retry_first=read.seconds("RETRY_FIRST_SECONDS"),
            retry_longest=read.seconds("RETRY_LONGEST_SECONDS"),
            seen_window=read.days("SEEN_DAYS"),
            dead_window=read.days("DEAD_DAYS"),
            first_run_max_pages=read.whole("FIRST_RUN_MAX_PAGES"),
            prepare_workers=read.whole("PREPARE_WORKERS") or os.cpu_count() or 1,
            prepare_deadline=read.seconds("PREPARE_DEADLINE_SECONDS"),
            prepare_memory_bytes=read.whole("PREPARE_MEMORY_BYTES"),
            feed_deadline=read.seconds("FEED_DEADLINE_SECONDS"),
            candidate_window=read.days("CANDIDATE_DAYS"),
            story_window=read.days("STORY_DAYS"),
            changes_window=read.days("CHANGES_DAYS"),
            changes_max_length=read.whole("CHANGES_MAX_LENGTH"),
            hook_deadline=read.seconds("HOOK_DEADLINE_SECONDS"),
            hook_attempts=read.whole("HOOK_ATTEMPTS"),
            hook_suspend=read.days("HOOK_SUSPEND_DAYS"),
            hook_allow_networks=tuple(map(ip_network, read.names("HOOK_ALLOW_ADDRESSES"))),
        )
        config._check_relations()
        return config

    def _check_relations(self) -> None:
        if not self.topics:
            raise ConfigError("TOPICS is empty", "name at least one topic, such as ukraine-border")
        _ordered(
            "POLL_SHORTEST_SECONDS", self.poll_shortest, "POLL_LONGEST_SECONDS", self.poll_longest
        )
        _ordered("POLL_UNCONDITIONAL_SECONDS", self.poll_unconditional,
                 "POLL_LONGEST_SECONDS", self.poll_longest)  # fmt: skip
        _ordered("POLL_FIRST_SECONDS", self.poll_first, "POLL_LONGEST_SECONDS", self.poll_longest)
        _ordered(
            "RETRY_FIRST_SECONDS", self.retry_first, "RETRY_LONGEST_SECONDS", self.retry_longest
        )
        _ordered("CANDIDATE_DAYS", self.candidate_window, "STORY_DAYS", self.story_window)
        whole_way = self.header_deadline + self.body_deadline + self.prepare_deadline
        _ordered("FETCH_HEADER_, FETCH_BODY_ and PREPARE_DEADLINE_SECONDS together", whole_way,
                 "LEASE_SECONDS", self.lease)  # fmt: skip
        self._check_tls_files()
        self._check_hub()

    def _check_hub(self) -> None:
        addresses = {
            "KORDON_PUBLIC_URL": self.public_url,
            "KORDON_HUB_URL": self.hub_url,
            "KORDON_WEBSUB_CALLBACK": self.websub_callback,
        }
        for name, url in addresses.items():
            if url and not url.startswith(("https://", "http://")):
                raise ConfigError(
                    f"{name} is no web address", "write it as https://news.example.org"
                )
        if self.hub_url and not self.public_url:
            raise ConfigError(
                "KORDON_HUB_URL is given, but no KORDON_PUBLIC_URL",
                "say where the hub finds our feeds, such as https://news.example.org",
            )

    def _check_tls_files(self) -> None:
        if bool(self.redis_cert) != bool(self.redis_key):
            raise ConfigError(
                "KORDON_REDIS_CERT and KORDON_REDIS_KEY belong together", "give both, or neither"
            )
        if not self.redis_url and (self.redis_ca or self.redis_cert):
            raise ConfigError(
                "TLS files are given, but no KORDON_REDIS_URL", "set it, or unset KORDON_REDIS_CA, "
                "KORDON_REDIS_CERT and KORDON_REDIS_KEY",
            )  # fmt: skip


class _Reader:
    """Settings by name, each checked for kind and range (crawler.setting)."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings

    def _value(self, name: str) -> Any:  # noqa: ANN401 - settings are untyped by nature
        declared = setting_of(name)
        if declared is None or name not in self._settings:
            raise ConfigError(f"the setting {name} is missing", "restore it in settings.py")
        return declared.checked(self._settings[name])

    def number(self, name: str) -> float:
        return float(self._value(name))

    def whole(self, name: str) -> int:
        return int(self._value(name))

    def seconds(self, name: str) -> timedelta:
        return timedelta(seconds=self.number(name))

    def days(self, name: str) -> timedelta:
        return timedelta(days=self.number(name))

    def text(self, name: str) -> str:
        return str(self._value(name))

    def switch(self, name: str) -> bool:
        return bool(self._value(name))

    def names(self, name: str) -> tuple[str, ...]:
        names: tuple[str, ...] = self._value(name)
        return names


def _user_agent(template: str, contact: str) -> str:
    if not template.replace("{contact}", "").strip():
        raise ConfigError(
            "USER_AGENT is empty, so publishers would not see who asks",
            "write a name into it, such as Kordon/0.1",
        )
    if contact and "{contact}" not in template:
        raise ConfigError(
            "USER_AGENT has no {contact}, so publishers would not see CONTACT",
            "write {contact} into USER_AGENT where the address belongs",
        )
    return template.replace("{contact}", f"; +{contact}" if contact else "")


def _ordered(small: str, one: timedelta, large: str, other: timedelta) -> None:
    if one > other:
        raise ConfigError(
            f"{small} ({one.total_seconds():g} s) is over {large} ({other.total_seconds():g} s)",
            "lower the first or raise the second",
        )
