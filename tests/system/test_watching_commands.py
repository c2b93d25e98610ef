"""Do `kordon hosts ledger` and `kordon feeds health` tell what the frontier knows?"""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from crawler.cli.main import app
from crawler.cli.session import opened
from crawler.model import (
    Alert,
    Answer,
    Entry,
    EntryId,
    Feed,
    FeedId,
    Host,
    OutletId,
    Skipped,
    SkipReason,
    WorkerId,
    id_of,
)
from crawler.store.server import embedded

HOST = Host("paper.example")
FEED = Feed(FeedId("f"), OutletId("paper"), f"https://{HOST}/feed")
GONE = Feed(FeedId("g"), OutletId("gone"), "https://gone.example/feed")


@pytest.fixture
def kordon(tmp_path, monkeypatch):
    """A command line on a home of its own, whose server ends with the test."""
    monkeypatch.setenv("KORDON_HOME", str(tmp_path))
    runner = CliRunner()
    yield lambda *arguments: runner.invoke(app, arguments, catch_exceptions=False)
    embedded.stop(tmp_path)


async def lived() -> None:
    """Let one feed be polled and its pages meet a wall, and another be gone."""
    async with opened() as wired:
        frontier, now = wired.frontier, wired.clock.now()
        await frontier.register([FEED, GONE])
        entries = [
            Entry(EntryId(id_of(f"{n}")), f"https://p{n}.example/", FEED.outlet, FEED.id)
            for n in range(5)
        ]
        for claim in await frontier.claim(WorkerId("w:1:0"), 9):
            gone = claim.state.feed == GONE
            state = replace(
                claim.state,
                next_poll=now + timedelta(days=1),
                last_outcome="gone" if gone else "modified",
                last_answer=now,
            )
            alert = Alert(GONE.id, GONE.outlet, GONE.url, "new", "gone", "gone", now)
            answers = [] if gone else [Answer(HOST, 200, 900, 0.5), Answer(HOST, 304, 0, 0.1)]
            listed = [] if gone else entries
            await frontier.commit_poll(
                claim, state, listed, answers=answers, alert=alert if gone else None
            )
        for claim in await frontier.claim(WorkerId("w:1:0"), 9):
            await frontier.skip(claim, Skipped(SkipReason.CONSENT_WALL))


async def test_an_operator_sees_what_a_host_bore_and_which_feeds_need_a_look(kordon):
    await lived()
    [row] = json.loads((await run(kordon, "hosts", "ledger", "--json")).stdout)
    assert row == {
        "host": HOST, "requests": 2, "bytes": 900, "not_modified": 1, "refused": 0, "failed": 0,
        "milliseconds": 600,
    }  # fmt: skip
    assert "50%" in (await run(kordon, "hosts", "ledger", HOST)).stdout
    assert "2 requests" in (await run(kordon, "hosts", "show", HOST)).stdout
    seen = json.loads((await run(kordon, "feeds", "health", "--alerts", "5", "--json")).stdout)
    assert [(one["id"], one["health"], one["pages"]) for one in seen["feeds"]] == [
        ("g", "gone", ""),
        ("f", "healthy", "all-walled"),
    ]
    assert [one["health"] for one in seen["alerts"]] == ["gone"]
    assert "all-walled" in (await run(kordon, "feeds", "health")).stdout


async def run(kordon, *arguments):
    """Run a command, which has an event loop of its own, beside the test's."""
    result = await asyncio.to_thread(kordon, *arguments)
    assert result.exit_code == 0, result.output
    return result
