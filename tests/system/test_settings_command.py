import json

import pytest
from typer.testing import CliRunner

import settings
from crawler.cli.session import default_settings, scrapys_words
from crawler.cli.settings import app
from crawler.config import Config


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KORDON_HOME", str(tmp_path))
    monkeypatch.delenv("KORDON_REDIS_URL", raising=False)
    return tmp_path


def listed(*options):
    result = CliRunner().invoke(app, ["list", "--json", *options], catch_exceptions=False)
    return json.loads(result.stdout)


def test_a_settings_list_names_value_default_and_source(home):
    file = home / "settings.toml"
    file.write_text("RETRIES = 7\n")
    everything = {row["name"]: row for row in listed()["settings"]}
    assert everything["RETRIES"]["value"] == 7
    assert everything["RETRIES"]["default"] == settings.RETRIES
    assert everything["RETRIES"]["source"] == str(file)
    assert everything["IN_FLIGHT"]["source"] == "default"
    assert [row["name"] for row in listed("--changed")["settings"]] == ["RETRIES"]


def test_a_secret_is_known_to_be_set_and_never_shown(home, monkeypatch):
    monkeypatch.setenv("KORDON_REDIS_URL", "redis://:hunter2@127.0.0.1:1/0")
    rows = {row["name"]: row["value"] for row in listed()["variables"]}
    assert rows["KORDON_REDIS_URL"] == "(set, not shown)"
    shown = CliRunner().invoke(app, ["list"], catch_exceptions=False)
    assert "not shown" in shown.stdout
    assert "hunter2" not in shown.output


def test_what_scrapy_calls_otherwise_follows_the_operators_settings():
    config = Config.from_settings(
        default_settings() | {"FETCH_MAX_REDIRECTS": 2, "IN_FLIGHT": 5, "FETCH_BODY_SECONDS": 9},
        {},
    )
    words = scrapys_words(config)
    assert (words["REDIRECT_MAX_TIMES"], words["CONCURRENT_REQUESTS"]) == (2, 10)
    assert words["DOWNLOAD_TIMEOUT"] == 9


def test_scrapys_words_are_the_defaults_where_nothing_is_changed():
    words = scrapys_words(Config.from_settings(default_settings(), {}))
    del words["USER_AGENT"]
    assert words == {name: getattr(settings, name) for name in words}


def test_a_topic_that_there_is_not_is_refused(home):
    (home / "settings.toml").write_text('TOPICS = ["nope"]\n')
    result = CliRunner().invoke(app, ["list"])
    assert "there is no topic 'nope'" in str(result.exception)
