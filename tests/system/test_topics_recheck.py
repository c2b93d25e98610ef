"""Are entries that were passed over looked at again when the topics have changed?"""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from crawler.cli.main import app
from crawler.cli.session import opened
from crawler.model import Entry, EntryId, Feed, FeedId, OutletId, WorkerId
from crawler.screening import Stage, off_topic
from crawler.store.server import embedded

FEED = Feed(FeedId("f"), OutletId("wide"), "https://wide.example/feed")
ME = WorkerId("w:1:0")
TITLES = {"a": "Bread sells well", "b": "Queues in Ukraine"}
ENTRIES = [
    Entry(EntryId(id_), f"https://{id_}.example/", FEED.outlet, FEED.id, title, "So she says.")
    for id_, title in TITLES.items()
]


@pytest.fixture
def kordon(tmp_path, monkeypatch):
    """A command line on a home of its own, whose server ends with the test."""
    monkeypatch.setenv("KORDON_HOME", str(tmp_path))
    runner = CliRunner()
    yield lambda *arguments: runner.invoke(app, ["topics", *arguments])
    embedded.stop(tmp_path)


async def passed_over() -> None:
    """Have two entries passed over by topics that are not today's."""
    async with opened() as wired:
        await wired.frontier.register([FEED])
        (poll,) = await wired.frontier.claim(ME, 1)
        later = replace(poll.state, next_poll=wired.clock.now() + timedelta(days=1))
        await wired.frontier.commit_poll(poll, later, ENTRIES)
        for claim in await wired.frontier.claim(ME, 9, feeds=False):
            await wired.frontier.skip(claim, off_topic(Stage.ENTRY, "abc123"))


def test_what_may_belong_by_its_words_is_queued_once(kordon):
    asyncio.run(passed_over())
    tried = json.loads(kordon("recheck", "ukraine-border", "--dry-run", "--json").stdout)
    assert (tried["passed"], tried["queued"]) == (2, 0)
    assert [one["entry"]["title"] for one in tried["entries"]] == ["Queues in Ukraine"]
    assert json.loads(kordon("recheck", "ukraine-border", "--json").stdout)["queued"] == 1
    later = json.loads(
        kordon("recheck", "ukraine-border", "--since", "2999-01-01", "--json").stdout
    )
    assert later == {"passed": 0, "entries": [], "queued": 0}
    assert kordon("recheck", "ukraine-border").exit_code == 0


def test_a_topic_that_is_not_active_is_refused(kordon):
    refused = kordon("recheck", "everything")
    assert refused.exit_code != 0
    assert "not active" in str(refused.exception)
