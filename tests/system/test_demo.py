"""Does the demo show what is true, and leave nothing behind?"""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crawler.cli.demo import environment
from crawler.cli.main import app
from crawler.errors import ConfigError
from crawler.store.server import embedded


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("demo") / "kept"


@pytest.fixture(scope="module")
def played(kept):
    """The whole demo, run once; nothing else here takes long."""
    result = CliRunner().invoke(app, ["demo", "--acts", "2", "--json", "--keep", str(kept)])
    assert result.stdout, result.stderr
    return json.loads(result.stdout)


def test_both_acts_are_found_as_they_were_written(played):
    assert [act["differences"] for act in played["acts"]] == [[], []]
    assert played["agrees"]
    assert played["acts"][0]["verdict"].startswith("all 102 articles grouped as written")


def test_every_page_of_the_world_is_accounted_for(played):
    first = played["acts"][0]
    articles = sum(len(story["texts"]) for story in first["stories"])
    twice = first["counts"].get("place/unchanged", 0)  # a short link that was quicker
    assert articles + len(first["passed"]) + twice == first["counts"]["entry/new"] == 141


def test_every_story_begins_with_who_published_it_first(played):
    for act in played["acts"]:
        for story in act["stories"]:
            first, *rest = story["texts"]
            assert first["relation"] == "first"
            assert all(first["published"] <= text["published"] for text in rest)
            assert {text["relation"] for text in rest} <= {"copy", "excerpt", "expansion"}


def test_digests_bulletins_and_borrowings_are_linked_and_kept_apart(played):
    apart = played["acts"][0]["apart"]
    assert {one["relation"] for one in apart} == {"digest", "partial", "template"}
    assert [len(one["others"]) for one in apart if one["relation"] == "digest"] == [3, 3]


def test_feeds_that_cannot_be_read_are_named(played):
    unread = {feed["outcome"] for feed in played["acts"][0]["unread"]}
    assert unread == {"http-404", "not-a-feed"}


def test_late_copies_join_in_the_second_act(played):
    _, second = played["acts"]
    late = [text for story in second["stories"] for text in story["texts"] if text["new"]]
    assert len(late) == 5
    assert sum(text["relation"] == "copy" for text in late) >= 3


def test_corrected_texts_are_read_again_in_the_second_act(played):
    first, second = played["acts"]
    revised = [[text["url"] for story in act["stories"] for text in story["texts"]
                if text["revised"]] for act in (first, second)]  # fmt: skip
    assert [len(some) for some in revised] == [0, 3]
    asked = [act["counts"].get("entry/revised", 0) for act in (first, second)]
    assert asked == [0, 3]
    assert second["verdict"].endswith("3 revisions read")


def test_what_is_kept_is_a_home_without_a_running_server(played, kept):
    assert (kept / "redis").is_dir()
    assert embedded.status(kept) is None


def test_a_directory_that_holds_something_is_not_used(tmp_path):
    (tmp_path / "mine").touch()
    with pytest.raises(ConfigError, match="holds something already"):
        CliRunner().invoke(app, ["demo", "--keep", str(tmp_path)], catch_exceptions=False)


def test_nothing_of_the_operators_environment_reaches_the_demo(monkeypatch):
    monkeypatch.setenv("KORDON_REDIS_URL", "redis://production.example")
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("https_proxy", "http://proxy.example")
    with environment(KORDON_HOME="/elsewhere", http_proxy="http://127.0.0.1:1"):
        seen = {name for name in os.environ if "KORDON_" in name or "proxy" in name.lower()}
        assert seen == {"KORDON_HOME", "http_proxy"}
    assert os.environ["KORDON_REDIS_URL"] == "redis://production.example"
    assert "KORDON_HOME" not in os.environ or os.environ["KORDON_HOME"] != "/elsewhere"
