"""Whether stories depend on who places articles, in which order and how often.

    python bench/load/agree.py [ARTICLES.jsonl.gz] [--articles 20000] [--originals 7000]
        [--processes 8] [--runs 1]

Places the same articles, as the crawl does, by one process in their own order, by several at
once, shuffled, and all of them twice. Prints one JSON document: of the pairs that share a story in
either run, the part that shares one in both. Articles are those of the file, with edits, cuts and
wholes of some of them until there are enough; without a file they are made up.
"""

import argparse
import asyncio
import gzip
import json
import os
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import redis.asyncio
from place import NOW, RECIPE, TOPIC, Newsroom, server, spelled

from crawler.model import Article, ArticleId, OutletId, id_of
from crawler.placing import Place, fingerprint_of
from crawler.store.clock import SimulatedClock
from crawler.store.lessons import RedisLessons
from crawler.store.stories import RedisStories

IN_FLIGHT = 4  # in each process

Pair = tuple[ArticleId, ArticleId]


def articles_of(path: str | None, originals: int, count: int) -> list[Article]:
    """So many articles, the same every time."""
    if path is None:
        return Newsroom(3).articles(count)
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    dice = random.Random(5)
    articles = [
        _article(row["url"], row["outlet"], row["text"]) for row in rows[: min(originals, count)]
    ]
    while len(articles) < count:
        row, number = dice.choice(rows[:originals]), len(articles)
        text = _varied(row["text"], dice.choice(rows)["text"], dice)
        articles.append(
            _article(f"https://v{number % 40}.example/{number}", f"v{number % 40}", text)
        )
    return articles


def _varied(text: str, other: str, dice: random.Random) -> str:
    """An edit, a cut, or a whole of a text and the beginning of another."""
    read, kind = text.split(), dice.random()
    if kind < 0.4:
        for _ in range(dice.choice((0, 1, 4))):
            at = dice.randrange(max(1, len(read)))
            read[at : at + 3] = [spelled(dice.randrange(9_999)) for _ in range(4)]
    elif kind < 0.75:
        size = int(len(read) * dice.uniform(0.3, 0.9))
        read = read[:size] if kind < 0.6 else read[-size:]
    else:
        read += other.split()[: int(len(read) * dice.uniform(0.1, 1.0))]
    return " ".join(read)


def _article(url: str, outlet: str, text: str) -> Article:
    return Article(
        id=ArticleId(id_of(url)), url=url, outlet=OutletId(outlet), text=text, title="",
        fetched=NOW + timedelta(seconds=int(id_of(url), 16) % 86_400),
        fingerprint=fingerprint_of(text, RECIPE),
    )  # fmt: skip


# --- placing ---------------------------------------------------------------------------------


def stories_on(client: redis.asyncio.Redis) -> RedisStories:
    """The store as the application has it."""
    return RedisStories(
        client,
        SimulatedClock(NOW + timedelta(days=1)),
        RECIPE,
        candidate_window=timedelta(days=14),
        story_window=timedelta(days=90),
        changes_window=timedelta(days=14),
        changes_max_length=100_000,
    )


async def _place(path: str, articles: Iterable[Article], in_flight: int) -> int:
    """Place articles in order; return how many changed anything."""
    client = redis.asyncio.Redis(unix_socket_path=path, protocol=3, legacy_responses=False)
    lessons = RedisLessons(client, RECIPE.id, timedelta(days=90))
    place, waiting, changed = Place(stories_on(client), lessons=lessons), iter(articles), 0

    async def work() -> None:
        nonlocal changed
        for article in waiting:
            changed += bool((await place(TOPIC, article)).changes)

    await asyncio.gather(*(work() for _ in range(in_flight)))
    await client.aclose()
    return changed


def _place_in_process(path: str, articles: Sequence[Article]) -> None:
    asyncio.run(_place(path, articles, IN_FLIGHT))


def together(path: str, articles: Sequence[Article], processes: int) -> None:
    """Place every article once, each by one of several processes at the same time."""
    shares = [articles[at::processes] for at in range(processes)]
    started = [
        get_context("fork").Process(target=_place_in_process, args=(path, share))
        for share in shares
    ]
    for process in started:
        process.start()
    for process in started:
        process.join()
        assert process.exitcode == 0


async def _groups(path: str) -> list[frozenset[ArticleId]]:
    client = redis.asyncio.Redis(unix_socket_path=path, protocol=3, legacy_responses=False)
    newest = await stories_on(client).newest(TOPIC, 1_000_000)
    await client.aclose()
    return [frozenset(story.articles) for story in newest]


def pairs_of(path: str) -> set[Pair]:
    """Return the pairs of articles that share a story."""
    groups = asyncio.run(_groups(path))
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def agreement(one: set[Pair], other: set[Pair]) -> dict[str, Any]:
    """Return what part of the pairs of either run are pairs of both."""
    either, both = one | other, one & other
    share = len(both) / len(either) if either else 1.0
    return {"pairs": len(either), "differ": len(either) - len(both), "agree": round(share, 5)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?")
    parser.add_argument("--articles", type=int, default=20_000)
    parser.add_argument("--originals", type=int, default=7_000, help="of these, from the file")
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--out", type=Path, help="write the pairs that differ here")
    options = parser.parse_args()
    articles = articles_of(options.file, options.originals, options.articles)
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    with server() as path:
        asyncio.run(_place(path, articles, 1))
        alone = pairs_of(path)
        again = asyncio.run(_place(path, articles, 1))
        found["twice"].append(agreement(alone, pairs_of(path)) | {"changed": again})
    with server() as path:
        asyncio.run(_place(path, articles, 1))
        found["same order"].append(agreement(alone, pairs_of(path)))
    differing: set[Pair] = set()
    for run in range(options.runs):
        with server() as path:
            together(path, articles, options.processes)
            pairs = pairs_of(path)
            found["processes"].append(agreement(alone, pairs))
            differing |= alone ^ pairs
        with server() as path:
            shuffled = random.Random(run).sample(articles, len(articles))
            asyncio.run(_place(path, shuffled, 1))
            pairs = pairs_of(path)
            found["shuffled"].append(agreement(alone, pairs))
            differing |= alone ^ pairs
    if options.out:
        options.out.write_text("".join(f"{one}\t{other}\n" for one, other in sorted(differing)))
    print(
        json.dumps(
            {
                "what": "bench/load/agree",
                "articles": len(articles),
                "processes": options.processes,
                "load_average": round(os.getloadavg()[0], 2),
                **found,
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
