"""Kordon's side of bench/load/polling.py: polled_by_kordon.py FEEDS PORT [durable]."""

import asyncio
import json
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import psutil
from rounds import ROUNDS, addresses, figures, set_round
from scrapy.crawler import AsyncCrawlerRunner
from scrapy.settings import Settings

from crawler.app import App, open_app
from crawler.cli.session import default_settings, scrapys_words
from crawler.config import Config
from crawler.directory import Directory
from crawler.middlewares import APP_SETTING
from crawler.model import Entry, Feed, FeedId, FeedState, Host, OutletId, PollClaim, WorkerId
from crawler.poll import Poll
from crawler.ports import Census, Clock, Frontier
from crawler.push import Push
from crawler.shift import Ending, Shift
from crawler.store.hubs import MemoryHubs
from crawler.store.memory.subscriptions import MemorySubscriptions
from crawler.store.server import embedded
from crawler.telemetry import Answers


def spent(*others: psutil.Process) -> float:
    """CPU seconds of this process, its children and others."""
    me = psutil.Process()
    total = 0.0
    for process in [me, *me.children(recursive=True), *others]:
        used = process.cpu_times()
        total += used.user + used.system
    return total


async def kordon(feeds: int, port: int, *, durable: bool) -> dict[str, float]:

    values = default_settings() | {
        "FETCH_ALLOW_ADDRESSES": ("127.0.0.0/8",),
        "HOST_RATE_PER_SECOND": 10_000,
        "PREPARE_WORKERS": 1,
    }
    with tempfile.TemporaryDirectory() as home:
        config = Config.from_settings(values, {"KORDON_HOME": home})
        async with open_app(config) as opened:
            server = psutil.Process(embedded.ensure_running(Path(home)).pid)
            app = opened if durable else without_commit(opened)
            await app.frontier.register(
                [Feed(FeedId(f"f{n:05}"), OutletId("o"), url)
                 for n, url in enumerate(addresses(feeds, port))]
            )  # fmt: skip
            await app.ingest.warm()
            others = [server] if durable else []
            found = await kordon_rounds(app, values, feeds, port, others)
        embedded.stop(Path(home))
        return found


async def kordon_rounds(
    app: App, values: dict[str, Any], feeds: int, port: int, others: list[psutil.Process]
) -> dict[str, float]:
    cpu, wall = {}, {}
    for number, name in enumerate(ROUNDS):
        set_round(port, number)
        await app.frontier.hasten()
        polled = app.tally.total("poll")
        began, used = time.perf_counter(), spent(*others)
        await crawl_once(app, values)
        cpu[name], wall[name] = spent(*others) - used, time.perf_counter() - began
        assert app.tally.total("poll") - polled == feeds, app.tally.everything()
    return figures(cpu, wall, feeds)


async def crawl_once(app: App, values: dict[str, Any]) -> None:
    shift = Shift(
        app.frontier, app.clock, app.worker,
        in_flight=app.config.in_flight, ending=Ending(once=True, max_pages=0),
    )  # fmt: skip
    settings = Settings({**values, **scrapys_words(app.config), APP_SETTING: app})
    await AsyncCrawlerRunner(settings).crawl("feeds", shift=shift)


class Forgetful:
    """A frontier that hands out each feed once a round, hosts in turn, and keeps states only.

    What remains of a poll without it is what polling costs; the twin in memory would count its
    thousand feeds anew at every claim.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._states: dict[FeedId, FeedState] = {}
        self._due: deque[FeedId] = deque()
        self._robots: dict[Host, bytes] = {}
        self._leased = 0

    async def register(self, feeds: Sequence[Feed]) -> int:
        self._states = {feed.id: FeedState(feed) for feed in feeds}
        return len(feeds)

    async def hasten(self) -> int:
        self._due.extend(self._states)
        return len(self._due)

    async def claim(self, worker: WorkerId, limit: int, **kinds: bool) -> list[PollClaim]:
        now = self._clock.now()
        names = [self._due.popleft() for _ in range(min(limit, len(self._due)))]
        self._leased += len(names)
        states = [replace(self._states[name], next_poll=now) for name in names]
        return [PollClaim(f"{state.feed.id}@{now}", state, now) for state in states]

    async def census(self) -> Census:
        due = len(self._due)
        at = self._clock.now() if due else None
        return Census(due, due, self._leased, 0, 0, at, at, at)

    async def commit_poll(
        self, claim: PollClaim, state: FeedState, entries: Sequence[Entry] = (), **rest: Any
    ) -> int:
        self._leased -= 1
        self._states[claim.state.feed.id] = state
        return len(entries)

    async def robots(self, host: Host) -> bytes | None:
        return self._robots.get(host)

    async def keep_robots(self, host: Host, body: bytes, lifetime: timedelta) -> None:
        self._robots[host] = body

    async def next_slot(self, host: Host) -> timedelta:
        return timedelta(0)

    async def set_host_pause(self, host: Host, pause: timedelta) -> None:
        pass


def without_commit(app: App) -> App:
    answers, frontier = Answers(), cast("Frontier", Forgetful(app.clock))
    push = Push(MemoryHubs(), frontier, app.clock, app.config)
    poll = Poll(
        frontier, app.clock, app.config, app.poll._pool, app.tally,
        answers=answers, directory=Directory(MemorySubscriptions(), ()), push=push,
    )  # fmt: skip
    return replace(app, frontier=frontier, poll=poll, answers=answers, push=push)


if __name__ == "__main__":
    feeds, port = int(sys.argv[1]), int(sys.argv[2])
    print(json.dumps(asyncio.run(kordon(feeds, port, durable="durable" in sys.argv))))
