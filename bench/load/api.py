"""How long lists, searches and feeds take while stories are placed.

    python bench/load/api.py [--stories 200000] [--seconds 60] [--rate 50] [--placing 100]

Fills a home of its own with made-up stories (words by Zipf's law; payloads and index are written
directly, as placing so many would take the time of the bench many times over), runs the real
`kordon serve` on it, lets another process place articles at a steady rate, and asks at a steady
rate from outside. A question is timed from when it was due, so that a stall counts for all that it
holds up. Prints one JSON document.
"""

import argparse
import asyncio
import itertools
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import redis
import redis.asyncio

from crawler.catalog.facets import facets_of
from crawler.contract import StoryPayload, read_story, story_payload
from crawler.dedup.fingerprint import fingerprint
from crawler.dedup.placement import decide
from crawler.model import (
    Article,
    ArticleId,
    ChangeId,
    Fingerprint,
    LookAlike,
    Member,
    OutletId,
    PlaceId,
    Recipe,
    Relation,
    Story,
    StoryId,
    TopicId,
    id_of,
)
from crawler.store import embedded, keys
from crawler.store.clock import SimulatedClock
from crawler.store.records import millis
from crawler.store.search import SearchIndex
from crawler.store.search_rows import Document
from crawler.store.stories import RedisStories
from crawler.text.lemmas import VERSION
from crawler.text.shingles import shingle_hashes

Fill = Callable[[redis.Redis, SearchIndex, int], None]

TOPIC = TopicId("ukraine-border")
RECIPE = Recipe()
LANGUAGES = ("uk", "ru", "pl", "en")
OUTLETS = 261
TITLE_WORDS, BODY_WORDS, VOCABULARY = 10, 250, 30_000
AT_ONCE = 500
NOWHERE = Fingerprint(b"", b"", b"", 0, b"")

WORDS = [f"w{number}" for number in range(VOCABULARY)]
WEIGHTS = list(itertools.accumulate(1 / (rank + 1) for rank in range(VOCABULARY)))


def zipf(dice: random.Random, count: int) -> list[str]:
    return dice.choices(WORDS, cum_weights=WEIGHTS, k=count)


# --- filling ---------------------------------------------------------------------------------


def a_story(number: int, dice: random.Random, now: datetime) -> tuple[Story, LookAlike]:
    at = now - timedelta(days=90) * dice.random()
    name = id_of(f"story {number}")
    fact = LookAlike(
        id=ArticleId(name), story=StoryId(name), url=f"https://{number}.example/story",
        outlet=OutletId(f"outlet-{dice.randrange(OUTLETS)}"),
        title=" ".join(zipf(dice, TITLE_WORDS)),
        language=dice.choice(LANGUAGES), published=at, arrived=at, fingerprint=NOWHERE,
        places=tuple(PlaceId(f"place-{n}") for n in dice.sample(range(500), 3)),
    )  # fmt: skip
    member = Member(fact.id, Relation.COPY)
    return Story(StoryId(name), fact.id, (member,), at, at), fact


def fill(client: redis.Redis, index: SearchIndex, count: int) -> None:
    """Write so many stories where the contract and the index have them."""
    dice, now = random.Random(1), datetime.now(UTC)
    for start in range(0, count, AT_ONCE):
        rows = [a_story(n, dice, now) for n in range(start, min(count, start + AT_ONCE))]
        payloads = [story_payload(TOPIC, story, {fact.id: fact}) for story, fact in rows]
        pipe = client.pipeline(transaction=False)
        for (story, _), payload in zip(rows, payloads, strict=True):
            pipe.set(keys.public(TOPIC, f"story:{story.id}"), payload)
            pipe.zadd(keys.public(TOPIC, "stories"), {story.id: millis(story.updated)})
        pipe.execute()
        index.apply(documents=[document(payload, dice) for payload in payloads])
    index.apply(position=ChangeId("0-0"))


def document(payload: bytes, dice: random.Random) -> Document:
    story = read_story(payload)
    assert isinstance(story, StoryPayload)
    return Document(
        StoryId(story.id), story.created, 1, ArticleId(story.canonical.id),
        story.canonical.title.split(), zipf(dice, BODY_WORDS), facets_of(story),
    )  # fmt: skip


# --- placing ---------------------------------------------------------------------------------


def an_article(number: int, dice: random.Random) -> Article:
    words = zipf(dice, BODY_WORDS)
    url = f"https://new-{number}.example/story"
    return Article(
        id=ArticleId(id_of(url)), url=url, outlet=OutletId(f"outlet-{dice.randrange(OUTLETS)}"),
        title=" ".join(words[:TITLE_WORDS]), text=" ".join(words), fetched=datetime.now(UTC),
        fingerprint=fingerprint(words, shingle_hashes(words, RECIPE.shingle_words), RECIPE),
        language=dice.choice(LANGUAGES), published=datetime.now(UTC),
    )  # fmt: skip


async def place(socket: str, rate: float, seconds: float) -> int:
    """Place articles at a rate; return how many."""
    client = redis.asyncio.Redis(unix_socket_path=socket, protocol=3, legacy_responses=False)
    stories = RedisStories(
        client, SimulatedClock(datetime.now(UTC)), RECIPE, candidate_window=timedelta(days=14),
        story_window=timedelta(days=90), changes_window=timedelta(days=14),
        changes_max_length=100_000,
    )  # fmt: skip
    dice, began, placed = random.Random(2), time.monotonic(), 0
    while (since := time.monotonic() - began) < seconds:
        if placed < since * rate:
            await stories.place(TOPIC, an_article(placed, dice), decide)
            placed += 1
        else:
            await asyncio.sleep(placed / rate - since)
    await client.aclose()
    return placed


# --- asking ----------------------------------------------------------------------------------


def questions(dice: random.Random) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield what to ask next: lists and searches by turns, and now and then a feed."""
    base = f"/api/v1/topics/{TOPIC}/stories"
    while True:
        language, outlet = dice.choice(LANGUAGES), f"outlet-{dice.randrange(OUTLETS)}"
        yield (
            "list",
            base,
            dice.choice(
                [
                    {},
                    {"language": language},
                    {"outlet": outlet},
                    {"language": language, "outlet": outlet},
                ]
            ),
        )
        words = zipf(dice, dice.choice((1, 2, 2, 3)))
        yield "search", base, {"q": " ".join(words)} | dice.choice([{}, {"language": language}])
        if dice.random() < 0.1:
            yield "feed", f"/feeds/{TOPIC}/language/{language}.atom", {}


async def ask(address: str, rate: float, seconds: float) -> dict[str, list[float]]:
    """Ask at a rate, whether answers come or not; return milliseconds by kind."""
    took: dict[str, list[float]] = defaultdict(list)
    asked = questions(random.Random(3))
    async with aiohttp.ClientSession(address) as session:

        async def one(due: float, kind: str, path: str, params: dict[str, str]) -> None:
            async with session.get(path, params=params) as answer:
                await answer.read()
                assert answer.status == 200, (answer.status, path, params)
            took[kind].append(1_000 * (time.monotonic() - due))

        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in range(int(rate * seconds)):
                due = began + number / rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                group.create_task(one(due, *next(asked)))
    return took


def summary(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    found = {name: ordered[int(share * len(ordered))] for name, share in at.items()}
    return {"count": len(ordered), "max": round(ordered[-1], 1)} | {
        name: round(value, 1) for name, value in found.items()
    }


# --- the whole -------------------------------------------------------------------------------


def served(home: Path) -> tuple[subprocess.Popen[str], str]:
    """`kordon serve` on a home, and its address, once it answers."""
    kordon = Path(sys.executable).with_name("kordon")
    process = subprocess.Popen(
        [kordon, "serve", "--port", "0", "--quiet"], stderr=subprocess.PIPE, text=True,
        env=os.environ | {"KORDON_HOME": str(home), "KORDON_REDIS_URL": ""},
    )  # fmt: skip
    assert process.stderr
    line = next(line for line in process.stderr if line.startswith("serving at "))
    return process, line.split()[2].partition("/api")[0]


def cpu_seconds(process: subprocess.Popen[str]) -> float:
    times = psutil.Process(process.pid).cpu_times()
    return times.user + times.system


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=200_000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--placing", type=float, default=100)
    parser.add_argument("--place-at", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.place_at:
        print(asyncio.run(place(options.place_at, options.placing, options.seconds)))
        return
    print(json.dumps(measured(options), indent=2))


def measured(options: argparse.Namespace) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        socket = str(embedded.ensure_running(home).socket)
        try:
            return run(home, socket, options)
        finally:
            embedded.stop(home)


def filled(home: Path, socket: str, stories: int, fill: Fill) -> dict[str, Any]:
    """Fill a home with so many stories; return where that was done and what it took."""
    file = home / "search" / f"{TOPIC}.sqlite"
    began = time.perf_counter()
    index = SearchIndex(file, version=VERSION)
    fill(redis.Redis(unix_socket_path=socket), index, stories)
    index.close()
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "stories": stories,
        "fill_seconds": round(time.perf_counter() - began, 1),
        "index_bytes_per_story": round(file.stat().st_size / stories),
    }


def run(home: Path, socket: str, options: argparse.Namespace) -> dict[str, Any]:
    facts = filled(home, socket, options.stories, fill)
    process, address = served(home)
    try:
        asyncio.run(ask(address, 10, 3))  # connections, caches and dictionaries
        command = [sys.executable, __file__, "--place-at", socket]
        command += ["--placing", str(options.placing), "--seconds", str(options.seconds)]
        before = cpu_seconds(process)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as placing:
            took = asyncio.run(ask(address, options.rate, options.seconds))
            placed = int(placing.communicate()[0])
        busy = cpu_seconds(process) - before
    finally:
        process.terminate()
        process.wait()
    return facts | {
        "asked_per_second": options.rate,
        "serving_cores": round(busy / options.seconds, 2),
        "placed_per_second": round(placed / options.seconds, 1),
        "milliseconds": {kind: summary(values) for kind, values in sorted(took.items())},
    }


if __name__ == "__main__":
    main()
