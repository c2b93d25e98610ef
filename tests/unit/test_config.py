import pytest

import settings
from crawler.config import Config
from crawler.errors import ConfigError


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
        ({"FETCH_ALLOW_ADDRESSES": ("10.0.0.0/99",)}, "FETCH_ALLOW_ADDRESSES"),
    ],
)
def test_an_unusable_setting_is_refused_by_name(changes, named):
    with pytest.raises(ConfigError, match=named):
        Config.from_settings(defaults(**changes), {})


def test_the_contact_stands_in_the_user_agent():
    agent = Config.from_settings(defaults(), {"KORDON_CONTACT": "news@example.org"}).user_agent
    assert agent.endswith("crawler; +news@example.org)")
