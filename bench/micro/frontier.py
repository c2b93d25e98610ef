"""What the frontier costs on a real server: bench/micro/frontier.py prints one JSON object.

One client, one command after the other, over a unix socket with the append-only file on, as the
embedded server runs: round trips are counted. `rate` is operations a second of wall-clock time,
`server_us` the server's own time for one script, from INFO commandstats.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis.asyncio import Redis

from crawler.model import (
    Claim,
    Entry,
    EntryClaim,
    EntryId,
    Feed,
    FeedId,
    OutletId,
    PollClaim,
    WorkerId,
    id_of,
)
from crawler.store.clock import SimulatedClock
from crawler.store.frontier import RedisFrontier
from crawler.store.server import embedded

START = datetime(2026, 11, 22, tzinfo=UTC)
PAUSE = timedelta(milliseconds=5)
HOUR = timedelta(hours=1)
WORKER = WorkerId("bench 1")
FEEDS = 1_000
IN_FLIGHT = 32
SUMMARY = "Вантажівки стоять у черзі перед пунктом пропуску. " * 5


class Bench:
    """A frontier on a simulated clock, so that no pause is waited for."""

    def __init__(self, client: Redis) -> None:
        self.client = client
        self.clock = SimulatedClock(START)
        self.frontier = RedisFrontier(
            client,
            self.clock,
            host_pause=PAUSE,
            lease=timedelta(seconds=120),
            seen_window=timedelta(days=60),
            dead_window=timedelta(days=30),
        )
        self.figures: dict[str, dict[str, float]] = {}

    async def measure(
        self, name: str, operations: int, action: Callable[[], Awaitable[None]]
    ) -> None:
        await self.client.config_resetstat()
        started = time.perf_counter()
        await action()
        took = time.perf_counter() - started
        spent = (await self.client.info("commandstats"))["cmdstat_evalsha"]
        self.figures[name] = {
            "rate": round(operations / took),
            "scripts": spent["calls"],
            "server_us": round(spent["usec"] / operations, 1),
        }

    async def claims(self, **kinds: bool) -> Sequence[Claim]:
        self.clock.advance(PAUSE)
        return await self.frontier.claim(WORKER, IN_FLIGHT, **kinds)

    async def poll_all(self, listed: int) -> None:
        """Poll every feed once, each listing so many entries."""
        polled = 0
        while polled < FEEDS:
            for claim in await self.claims(entries=False):
                assert isinstance(claim, PollClaim)
                await self.frontier.free_host(claim)
                await self.commit(claim, listed)
                polled += 1

    async def commit(self, claim: PollClaim, listed: int) -> int:
        state = replace(claim.state, next_poll=self.clock.now() + HOUR, last_poll=self.clock.now())
        feed = claim.state.feed
        return await self.frontier.commit_poll(claim, state, entries_of(feed, listed))

    async def fetch_all(self, pages: int) -> None:
        done = 0
        while done < pages:
            for claim in await self.claims(feeds=False):
                assert isinstance(claim, EntryClaim)
                await self.frontier.free_host(claim)
                await self.frontier.done(claim)
                done += 1

    async def count(self, times: int) -> None:
        for _ in range(times):
            await self.frontier.census()


def a_feed(number: int) -> Feed:
    return Feed(FeedId(f"f{number:04}"), OutletId("o"), f"https://h{number:04}.example/feed")


def entries_of(feed: Feed, listed: int) -> list[Entry]:
    urls = [f"{feed.url}/article-{n}-about-the-border" for n in range(listed)]
    return [
        Entry(EntryId(id_of(url)), url, feed.outlet, feed.id, f"Headline {url[-40:]}", SUMMARY)
        for url in urls
    ]


async def run(client: Redis) -> dict[str, object]:
    bench = Bench(client)
    feeds = [a_feed(number) for number in range(FEEDS)]

    async def register() -> None:
        await bench.frontier.register(feeds)

    await bench.measure("register", FEEDS, register)
    await bench.measure("poll_304", FEEDS, lambda: bench.poll_all(0))
    bench.clock.advance(2 * HOUR)
    await bench.measure("poll_first_30_entries", FEEDS, lambda: bench.poll_all(30))
    memory = await client.info("memory")
    await bench.measure("census_with_30000_waiting", 1_000, lambda: bench.count(1_000))
    await bench.measure("claim_free_done", 5_000, lambda: bench.fetch_all(5_000))
    bench.clock.advance(2 * HOUR)
    await bench.measure("poll_30_entries_seen", FEEDS, lambda: bench.poll_all(30))
    bench.clock.advance(2 * HOUR)
    [claim] = await bench.frontier.claim(WORKER, 1, entries=False)
    assert isinstance(claim, PollClaim)

    async def commit_2000() -> None:
        assert isinstance(claim, PollClaim)
        await bench.commit(claim, 2_000)

    await bench.measure("poll_2000_entries", 1, commit_2000)
    return {
        "server": (await client.info("server"))["redis_version"],
        "bytes_an_entry_waiting": round(memory["used_memory_dataset"] / (30 * FEEDS)),
        "figures": bench.figures,
    }


async def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        running = embedded.ensure_running(Path(home))
        client = Redis(unix_socket_path=str(running.socket), protocol=3, legacy_responses=False)
        try:
            print(json.dumps(await run(client), indent=2))
        finally:
            await client.aclose()
            embedded.stop(Path(home))


if __name__ == "__main__":
    asyncio.run(main())
