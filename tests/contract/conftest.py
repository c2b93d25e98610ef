"""Fixtures of the contract tests: one body, run on the twin in memory and on a real server."""

import asyncio

import pytest
from articles import copies, decide
from commands import FEED
from frontiers import RULES, START
from houses import NEW, OLD, House
from shelves import FORMS, Shelf
from stores import in_memory, in_redis
from typer.testing import CliRunner

from crawler.cli.main import app
from crawler.cli.session import opened
from crawler.model import TopicId
from crawler.store.clock import SimulatedClock
from crawler.store.frontier import RedisFrontier
from crawler.store.memory.frontier import MemoryFrontier
from crawler.store.memory.published import MemoryPublished
from crawler.store.memory.stories import MemoryStories
from crawler.store.migrations import check
from crawler.store.published import RedisPublished


@pytest.fixture
def clock():
    return SimulatedClock(START)


@pytest.fixture(params=[("memory", 3), ("redis", 3)], ids=lambda param: param[0])
def frontier(request, clock):
    kind, losses = request.param
    if kind == "memory":
        return MemoryFrontier(clock, **RULES, losses=losses)
    return RedisFrontier(request.getfixturevalue("server"), clock, **RULES, losses=losses)


@pytest.fixture(params=["memory", "redis"])
def stories(request, clock):
    if request.param == "memory":
        return in_memory(clock)
    return in_redis(request.getfixturevalue("server"), clock)


@pytest.fixture
def published(request, stories):
    """What is published of `stories`."""
    if isinstance(stories, MemoryStories):
        return MemoryPublished(stories)
    return RedisPublished(request.getfixturevalue("server"))


@pytest.fixture
def both(stories, published):
    return stories, published


@pytest.fixture(params=FORMS)
def shelf(request, tmp_path):
    return Shelf(request.param, tmp_path / "corpus")


@pytest.fixture
async def old(server, tmp_path, clock):
    """A Kordon that has been at work here."""
    await check(server, OLD)
    return House(server, tmp_path, clock)


@pytest.fixture
def new(server, tmp_path, clock):
    """A Kordon beside it whose recipe is another."""
    return House(server, tmp_path, clock, NEW)


# --- the command line, on the session's server -----------------------------------------------


@pytest.fixture
def kordon(server, server_socket, tmp_path, monkeypatch):
    """Run a command; return its exit code and what it printed."""
    monkeypatch.setenv("KORDON_HOME", str(tmp_path))
    monkeypatch.setenv("KORDON_REDIS_URL", f"unix://{server_socket}")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments):
        result = CliRunner().invoke(app, arguments)
        if isinstance(result.exception, Exception):
            raise result.exception
        return result.exit_code, result.stdout

    return run


@pytest.fixture
def told(kordon):
    """Run a command; return its exit code and what it said to the operator."""

    def run(*arguments):
        result = CliRunner().invoke(app, arguments)
        return result.exit_code, result.stderr

    return run


@pytest.fixture
def stocked(kordon):
    """Two copies in one story, and a registered feed."""
    one, other = copies(2)

    async def place():
        async with opened() as wired:
            await wired.frontier.register([FEED])
            for article in (one, other):
                await wired.stories.place(TopicId("ukraine-border"), article, decide)

    asyncio.run(place())
    return one, other
