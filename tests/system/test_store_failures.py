"""When the store fails in the middle of a crawl, is nothing lost and no publisher blamed?"""

import errno
from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.app import open_app
from crawler.cli.lookout import looked_after
from crawler.cli.run import Plan, work_through, worked
from crawler.cli.session import settings_of_kordon
from crawler.config import Config
from crawler.errors import StoreError
from crawler.model import Feed, FeedId, OutletId
from crawler.shift import Ending, Shift
from crawler.store.corpus.local import LocalCorpus
from crawler.store.frontier import RedisFrontier
from crawler.visit import Visit
from tests.site.newsstand import Newsstand, feed_of
from tests.site.publisher import always, cut_short

SETTINGS = """
TOPICS = ["everything"]
HOST_RATE_PER_SECOND = 500
"""
ONCE = Plan(span=None, once=True, now=False, max_pages=None)


class FullCorpus(LocalCorpus):
    """A corpus whose disk is full for the first few articles."""

    failures = 3

    async def keep(self, article):
        if self.failures:
            self.failures -= 1
            raise StoreError(f"the corpus cannot be written ({errno.ENOSPC})")
        await super().keep(article)


class Flickering(RedisFrontier):
    """A frontier that is away when some steps are taken for the first time."""

    away: frozenset[str] = frozenset()

    async def _run(self, step, *arguments):
        if step in self.away:
            self.away -= {step}
            raise StoreError("Redis cannot be reached")
        return await super()._run(step, *arguments)


class Noted(RedisFrontier):
    """A frontier that notes the steps it was asked for."""

    async def _run(self, step, *arguments):
        self.asked = (*getattr(self, "asked", ()), step)
        return await super()._run(step, *arguments)


@pytest.fixture
async def stand():
    async with Newsstand(hosts=2, pages=4) as stand:
        yield stand


@pytest.fixture
async def app(stand, server, server_socket, tmp_path, monkeypatch):
    monkeypatch.setenv("KORDON_HOME", str(tmp_path))
    monkeypatch.setenv("KORDON_REDIS_URL", f"unix://{server_socket}")
    monkeypatch.setenv("http_proxy", stand.proxy)
    (tmp_path / "settings.toml").write_text(SETTINGS)
    async with open_app(Config.from_settings(settings_of_kordon())) as app:
        await app.frontier.register(
            [Feed(FeedId(host), OutletId(host), feed_of(host)) for host in stand.hosts]
        )
        yield app


async def test_a_corpus_without_room_delays_articles_and_costs_no_attempt(app, stand, tmp_path):
    app = replace(app, corpus=FullCorpus(tmp_path / "corpus"))
    await work_through(app, ONCE, quiet=True)
    assert app.tally["error/store"] == 3
    assert app.tally.total("place") == len(stand.pages)
    assert (app.tally.total("retry"), app.tally.total("dead")) == (0, 0)


async def test_a_crawl_whose_store_was_emptied_ends_for_another_to_begin_anew(app, server):
    ending = Ending(once=False, at=None, max_pages=None)
    shift = Shift(app.frontier, app.clock, app.worker, in_flight=1, ending=ending)
    async with looked_after(app, shift, server.flushdb):
        assert len([claim async for claim in shift]) <= 1
    assert "run this again to begin anew" in str(shift.failure)


async def test_a_crawl_that_has_no_feed_from_the_beginning_waits_for_one(app, server):
    await server.flushdb()
    ending = Ending(once=False, at=app.clock.now(), max_pages=None)
    shift = Shift(app.frontier, app.clock, app.worker, in_flight=1, ending=ending)
    async with looked_after(app, shift, server.flushdb):
        assert [claim async for claim in shift] == []
    assert shift.failure is None


async def test_a_look_at_a_schedule_with_work_reads_no_feed(app, server):
    app = replace(app, frontier=frontier_of(Noted, app, server))
    shift = Shift(app.frontier, app.clock, app.worker, in_flight=1, ending=Ending())
    async with looked_after(app, shift, server.flushdb):
        assert len([claim async for claim in shift]) <= 1
    assert app.frontier.asked.count("feeds") == 1  # when no work was left


async def test_a_crawl_whose_feeds_are_all_paused_goes_on(app, stand):
    looks = iter(range(2))
    shift = Shift(app.frontier, app.clock, app.worker, in_flight=1, ending=Ending())

    async def wait():
        if next(looks, None) is None:
            shift.stop()

    for host in stand.hosts:
        await app.frontier.pause_feed(FeedId(host), paused=True)
    async with looked_after(app, shift, wait):
        assert [claim async for claim in shift] == []
    assert shift.failure is None


async def test_a_frontier_that_is_away_when_claims_end_gets_them_later(app, stand, server):
    gone, lost, *rest = stand.pages
    stand.on(gone, always(410))
    stand.on(lost, cut_short())
    frontier = flickering(app, server, "skip", "free_host", "done")
    visit = Visit(frontier, app.clock, app.config, app.tally, answers=app.answers)
    await work_through(replace(app, visit=visit), ONCE, quiet=True)
    assert not frontier.away
    assert app.tally["error/store"] == 3
    assert app.tally.total("place") >= len(rest)
    assert (app.tally["skip/gone"], app.tally["retry/truncated"]) == (1, 1)
    assert (await app.frontier.census()).leased == 0


async def test_a_run_whose_patience_ends_says_why_and_leaves_the_work(app, stand, server):
    shift = Shift(
        flickering(app, server, "claim"), app.clock, app.worker,
        in_flight=8, ending=Ending(once=True), patience=timedelta(0),
    )  # fmt: skip
    with pytest.raises(StoreError, match="cannot be reached"):
        await worked(app, shift)
    assert stand.hits == []
    assert (await app.frontier.census()).due_feeds == len(stand.hosts)


def flickering(app, server, *away):
    frontier = frontier_of(Flickering, app, server)
    frontier.away = frozenset(away)
    return frontier


def frontier_of(kind, app, server):
    config = app.config
    return kind(
        server,
        app.clock,
        host_pause=config.host_pause,
        lease=config.lease,
        seen_window=config.seen_window,
        dead_window=config.dead_window,
    )
