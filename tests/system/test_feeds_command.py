import asyncio
import json

import pytest
from typer.testing import CliRunner

from crawler.cli.feed_exchange import app
from crawler.cli.feeds import state_of
from crawler.cli.session import opened
from crawler.errors import ConfigError
from crawler.model import Feed, FeedId, FeedState, OutletId

WIRE = Feed(FeedId("f1"), OutletId("wire"), "https://wire.example/rss")
TOWN = Feed(FeedId("f2"), OutletId("town"), "https://town.example/rss")


@pytest.fixture
def kordon(server, server_socket, tmp_path, monkeypatch):
    monkeypatch.setenv("KORDON_HOME", str(tmp_path))
    monkeypatch.setenv("KORDON_REDIS_URL", f"unix://{server_socket}")
    return CliRunner()


@pytest.fixture
def registered(kordon):
    async def register():
        async with opened() as wired:
            await wired.frontier.register([WIRE, TOWN])

    asyncio.run(register())
    return kordon


def listed(kordon):
    result = kordon.invoke(app, ["list", "--json"], catch_exceptions=False)
    return {feed["id"]: feed for feed in json.loads(result.stdout)}


def test_an_empty_home_says_how_feeds_come_in(kordon):
    result = kordon.invoke(app, ["list"], catch_exceptions=False)
    assert "kordon run" in result.stderr


def test_registered_feeds_are_listed_with_their_state(registered):
    feeds = listed(registered)
    assert set(feeds) == {"f1", "f2"}
    assert feeds["f1"]["url"] == WIRE.url
    assert feeds["f1"]["state"] == "new"
    assert feeds["f1"]["next_poll"]


def test_a_table_shows_every_feed(registered):
    result = registered.invoke(app, ["list"], catch_exceptions=False, env={"COLUMNS": "200"})
    assert "2 feeds" in result.stdout
    assert "wire" in result.stdout


@pytest.mark.parametrize("name", ["f1", WIRE.url, "wire"])
def test_a_feed_is_paused_and_resumed_by_any_of_its_names(registered, name):
    registered.invoke(app, ["pause", name], catch_exceptions=False)
    feeds = listed(registered)
    assert (feeds["f1"]["state"], feeds["f2"]["state"]) == ("paused", "new")
    registered.invoke(app, ["resume", name], catch_exceptions=False)
    assert listed(registered)["f1"]["state"] == "new"


def test_an_unknown_name_changes_nothing(registered):
    with pytest.raises(ConfigError, match="no feed is known as 'nobody'"):
        registered.invoke(app, ["pause", "wire", "nobody"], catch_exceptions=False)
    assert listed(registered)["f1"]["state"] == "new"


def test_a_state_is_the_one_word_an_operator_must_know():
    assert state_of(FeedState(WIRE)) == "new"
    assert state_of(FeedState(WIRE, failures=2)) == "failing"
    assert state_of(FeedState(WIRE, failures=2, paused=True)) == "paused"
