"""The commands that look at hosts, and at the installation as a whole."""

import json

import pytest
from commands import FEED, document

from crawler.errors import ConfigError

# --- hosts -----------------------------------------------------------------------------------


def test_hosts_with_work_are_listed_and_shown_with_their_feeds(kordon, stocked):
    (listed,) = document(kordon, "hosts", "list")
    assert (listed["host"], listed["feeds"]) == ("www.ukrinform.net", 1)
    for name in ("www.ukrinform.net", FEED.url):
        shown = document(kordon, "hosts", "show", name)
        assert [state["feed"]["id"] for state in shown["feeds"]] == ["f1"]
    assert "1 s between requests" in kordon("hosts", "show", "www.ukrinform.net")[1]


def test_a_host_that_nothing_is_known_of_is_said_to_be_none(told, stocked):
    code, said = told("hosts", "show", "nope.example")
    assert code == 1
    assert "nothing is known of the host nope.example" in said


def test_what_is_no_host_is_refused(kordon):
    with pytest.raises(ConfigError, match="is no host"):
        kordon("hosts", "show", "two words")


# --- doctor ----------------------------------------------------------------------------------


def test_a_sound_installation_passes_every_check(kordon, stocked):
    code, said = kordon("doctor", "--json")
    checks = {check["name"]: check["health"] for check in json.loads(said)}
    assert code == 0
    assert {name for name, health in checks.items() if health == "fail"} == set()
    assert {"settings", "home", "worker pool", "server", "schema and recipe", "feeds"} <= set(
        checks
    )


def test_a_server_that_is_away_fails_and_the_rest_is_still_looked_at(kordon, monkeypatch):
    monkeypatch.setenv("KORDON_REDIS_URL", "redis://:hunter2@127.0.0.1:1/0")
    code, said = kordon("doctor", "--json")
    checks = {check["name"]: check["health"] for check in json.loads(said)}
    assert code == 1
    assert (checks["server"], checks["worker pool"]) == ("fail", "ok")
    assert "hunter2" not in said


def test_settings_that_cannot_be_used_are_the_first_thing_to_mend(kordon, tmp_path):
    (tmp_path / "settings.toml").write_text("RETRYS = 1")
    code, said = kordon("doctor", "--json")
    (check,) = json.loads(said)
    assert (code, check["health"], check["remedy"]) == (1, "fail", "write RETRIES")
