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
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import redis
import redis.asyncio
from filling import LANGUAGES, NOWHERE, TITLE_WORDS, TOPIC, Made, filled, served, summary, zipf

from crawler.dedup.fingerprint import fingerprint
from crawler.dedup.placement import decide
from crawler.model import (
    Article,
    ArticleId,
    LookAlike,
    Member,
    OutletId,
    PlaceId,
    Recipe,
    Relation,
    Story,
    StoryId,
    id_of,
)
from crawler.store.clock import SimulatedClock
from crawler.store.server import embedded
from crawler.store.stories import RedisStories
from crawler.text.shingles import shingle_hashes

RECIPE = Recipe()
OUTLETS = 261
BODY_WORDS = 250


def a_story(number: int, dice: random.Random, now: datetime) -> Made:
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
    return Story(StoryId(name), fact.id, (member,), at, at), [fact]


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


# --- the whole -------------------------------------------------------------------------------


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


def run(home: Path, socket: str, options: argparse.Namespace) -> dict[str, Any]:
    facts = filled(home, socket, options.stories, a_story, body_words=BODY_WORDS)
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
