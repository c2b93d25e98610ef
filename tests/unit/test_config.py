import re
from pathlib import Path

import pytest

import settings
from crawler.config import Config
from crawler.errors import ConfigError
from crawler.setting import SETTINGS


def defaults(**changes: object) -> dict[str, object]:
    return {name: getattr(settings, name) for name in dir(settings) if name.isupper()} | changes


def test_the_shipped_settings_are_consistent():
    assert Config.from_settings(defaults(), {}).host_pause.total_seconds() == 1


def test_a_home_given_by_the_environment_moves_everything(tmp_path):
    assert Config.from_settings(defaults(), {"KORDON_HOME": str(tmp_path)}).home == tmp_path


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"HOST_RATE_PER_SECOND": "fast"}, "HOST_RATE_PER_SECOND"),
        ({"IN_FLIGHT": 0}, "IN_FLIGHT"),
        ({"POLL_SHORTEST_SECONDS": 90_000}, "POLL_LONGEST_SECONDS"),
        ({"LEASE_SECONDS": 30}, "LEASE_SECONDS"),
        ({"TOPICS": ()}, "TOPICS"),
        ({"SHIPPED_FEEDS": "no"}, "SHIPPED_FEEDS is 'no', not true or false"),
        ({"SHIPPED_FEEDS": 0}, "SHIPPED_FEEDS is 0"),
        ({"FETCH_ALLOW_ADDRESSES": ("10.0.0.0/99",)}, "FETCH_ALLOW_ADDRESSES"),
        ({"POLL_FIRST_SECONDS": 90_000}, "POLL_FIRST_SECONDS"),
        ({"USER_AGENT": ""}, "USER_AGENT is empty"),
        ({"USER_AGENT": " {contact}", "CONTACT": "news@example.org"}, "USER_AGENT is empty"),
        ({"USER_AGENT": "Kordon", "CONTACT": "news@example.org"}, "USER_AGENT"),
        ({"CONTACT": "nobody"}, "no address"),
    ],
)
def test_an_unusable_setting_is_refused_by_name(changes, named):
    with pytest.raises(ConfigError, match=named):
        Config.from_settings(defaults(**changes), {})


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"KORDON_HUB_URL": "https://hub.example/"}, "no KORDON_PUBLIC_URL"),
        ({"KORDON_PUBLIC_URL": "news.example.org"}, "no web address"),
        ({"KORDON_WEBSUB_CALLBACK": "foo"}, "KORDON_WEBSUB_CALLBACK is no web address"),
        ({"KORDON_HOME": __file__}, "home .* is no directory"),
        ({"KORDON_REDIS_CERT": "a.pem", "KORDON_REDIS_URL": "rediss://x"}, "belong together"),
        ({"KORDON_REDIS_CA": "a.pem"}, "no KORDON_REDIS_URL"),
        ({"KORDON_REDIS": "redis://x"}, "KORDON_REDIS_"),
    ],
)
def test_variables_that_contradict_each_other_are_refused(environ, named):
    with pytest.raises(ConfigError, match=named):
        Config.from_settings(defaults(), environ)


def test_every_setting_is_declared_has_a_default_and_reaches_the_configuration():
    assert [setting.name for setting in SETTINGS if not hasattr(settings, setting.name)] == []
    read = Reading(defaults())
    Config.from_settings(read, {})
    assert {setting.name for setting in SETTINGS} == read.names


def test_every_constant_before_scrapys_own_is_a_setting():
    own, _, _ = Path(settings.__file__).read_text("utf-8").partition("# --- Scrapy")
    given = set(re.findall(r"^([A-Z_]+) = ", own, re.MULTILINE)) - {"BOT_NAME"}
    assert given == {setting.name for setting in SETTINGS}


class Reading(dict[str, object]):
    """Settings that remember which of them were asked for."""

    def __init__(self, values: dict[str, object]) -> None:
        super().__init__(values)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> object:
        self.names.add(name)
        return super().__getitem__(name)


def test_a_configuration_never_shows_its_secret():
    config = Config.from_settings(defaults(), {"KORDON_REDIS_URL": "redis://:hunter2@h"})
    assert "hunter2" not in f"{config!r} {config}"


def test_the_public_address_has_no_slash_at_its_end():
    given = {
        "KORDON_PUBLIC_URL": "https://news.example.org/",
        "KORDON_HUB_URL": "https://h.example/",
    }
    config = Config.from_settings(defaults(), given)
    assert (config.public_url, config.hub_url) == ("https://news.example.org", "https://h.example/")


def test_the_contact_stands_in_the_user_agent():
    agent = Config.from_settings(defaults(), {"KORDON_CONTACT": "news@example.org"}).user_agent
    assert agent.endswith("crawler; +news@example.org)")
