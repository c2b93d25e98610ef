"""A home with many made-up stories, `kordon serve` on it, and how long its answers took.

Payloads and index are written directly: placing so many would take the time of a bench many times
over. Words are drawn by Zipf's law.
"""

import itertools
import os
import platform
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import redis

from crawler.catalog.facets import facets_of
from crawler.contract import StoryPayload, read_story, story_payload
from crawler.model import ArticleId, ChangeId, Fingerprint, LookAlike, Story, StoryId, TopicId
from crawler.store import keys
from crawler.store.records import millis
from crawler.store.search.index import SearchIndex
from crawler.store.search.rows import Document
from crawler.text.lemmas import VERSION

Made = tuple[Story, Sequence[LookAlike]]
Make = Callable[[int, random.Random, datetime], Made]

TOPIC = TopicId("ukraine-border")
LANGUAGES = ("uk", "ru", "pl", "en")
NOWHERE = Fingerprint(b"", b"", b"", 0, b"")
TITLE_WORDS, VOCABULARY = 10, 30_000
AT_ONCE = 500

WORDS = [f"w{number}" for number in range(VOCABULARY)]
WEIGHTS = list(itertools.accumulate(1 / (rank + 1) for rank in range(VOCABULARY)))


def zipf(dice: random.Random, count: int) -> list[str]:
    return dice.choices(WORDS, cum_weights=WEIGHTS, k=count)


def filled(home: Path, socket: str, count: int, make: Make, *, body_words: int) -> dict[str, Any]:
    """Fill a home with so many stories; return where that was done and what it took."""
    file = home / "search" / f"{TOPIC}.sqlite"
    began = time.perf_counter()
    index = SearchIndex(file, version=VERSION)
    fill(redis.Redis(unix_socket_path=socket), index, count, make, body_words=body_words)
    index.close()
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}",
        "stories": count,
        "fill_seconds": round(time.perf_counter() - began, 1),
        "index_bytes_per_story": round(file.stat().st_size / count),
    }


def fill(
    client: redis.Redis, index: SearchIndex, count: int, make: Make, *, body_words: int
) -> None:
    """Write so many stories where the contract and the index have them."""
    dice, words, now = random.Random(1), random.Random(2), datetime.now(UTC)
    for start in range(0, count, AT_ONCE):
        made = [make(number, dice, now) for number in range(start, min(count, start + AT_ONCE))]
        payloads = [
            story_payload(TOPIC, one, {fact.id: fact for fact in facts}) for one, facts in made
        ]
        pipe = client.pipeline(transaction=False)
        for (story, _), payload in zip(made, payloads, strict=True):
            pipe.set(keys.public(TOPIC, f"story:{story.id}"), payload)
            pipe.zadd(keys.public(TOPIC, "stories"), {story.id: millis(story.updated)})
        pipe.execute()
        index.apply(documents=[document(one, zipf(words, body_words)) for one in payloads])
    index.apply(position=ChangeId("0-0"))


def payload_of(story: Story, facts: Sequence[LookAlike]) -> bytes:
    return story_payload(TOPIC, story, {fact.id: fact for fact in facts})


def document(payload: bytes, body: list[str]) -> Document:
    story = read_story(payload)
    assert isinstance(story, StoryPayload)
    return Document(
        StoryId(story.id), story.created, 1, ArticleId(story.canonical.id),
        story.canonical.title.split(), body, facets_of(story),
    )  # fmt: skip


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


def summary(values: list[float]) -> dict[str, float]:
    """Return how many milliseconds were taken, and the greatest and three quantiles of them."""
    ordered = sorted(values)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    found = {name: ordered[int(share * len(ordered))] for name, share in at.items()}
    return {"count": len(ordered), "max": round(ordered[-1], 1)} | {
        name: round(value, 1) for name, value in found.items()
    }
