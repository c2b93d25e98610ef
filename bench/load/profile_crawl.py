"""Where the time of a crawl goes: the crawling process and one parser process, by package.

    .venv/bin/python bench/load/profile_crawl.py [--limit 600]

The crawl over ../shared/replay runs under cProfile on the clock of its own CPU time, which makes
Python calls dearer than they are: read the shares, not the seconds. Then the same pages are
prepared in this process as a parser process would.
"""

import argparse
import asyncio
import cProfile
import json
import pstats
import subprocess
import sys
import tempfile
import time
import urllib.error
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from recorded_web import ROOT, World, crawl, home, replay

from crawler.desk import desk_of
from crawler.ingest import prepare
from crawler.model import Article, Entry, EntryId, Page, TopicId
from crawler.store.corpus.local import LocalCorpus

TOP = 25
PROFILED = """
import cProfile, sys, time
kept = sys.argv.pop(1)
from crawler.cli.main import main
profile = cProfile.Profile(time.process_time)
try:
    profile.runcall(main)
finally:
    profile.dump_stats(kept)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--limit", default="600", help="recorded articles at the most")
    options = parser.parse_args()
    with replay("--limit", options.limit) as world, home() as environment:
        environment["http_proxy"] = world.proxy
        with tempfile.NamedTemporaryFile(suffix=".prof") as kept:
            subprocess.run(
                [sys.executable, "-c", PROFILED, kept.name,
                 *crawl(world, "--topic", "everything", "--json")],
                env=environment, check=True, stdout=subprocess.PIPE,
            )  # fmt: skip
            crawling = shares(pstats.Stats(kept.name))
        parsing = shares(parsed(Path(environment["KORDON_HOME"]), world))
    json.dump({"crawling_process": crawling, "parser_process": parsing}, sys.stdout, indent=1)
    print()


def parsed(folder: Path, world: World) -> pstats.Stats:
    """Prepare the crawl's pages again in this process; their addresses come from the corpus."""
    desk, profile = desk_of((TopicId("everything"),)), cProfile.Profile(time.process_time)
    for article in asyncio.run(kept_in(folder)):
        entry = Entry(EntryId(article.id), article.url, article.outlet, article.feed)
        with suppress(urllib.error.HTTPError):  # its own address is not the one it was asked at
            body = world.get(article.url.replace("https://", "http://", 1))
            page = Page(entry, article.url, body, "text/html", datetime.now(UTC))
            profile.runcall(prepare, page, desk, None)
    return pstats.Stats(profile)


async def kept_in(folder: Path) -> list[Article]:
    return [article async for article in LocalCorpus(folder / "corpus").read()]


def shares(stats: pstats.Stats) -> dict[str, Any]:
    """Return the shares of time by package, and the functions that take most."""
    rows = stats.stats  # type: ignore[attr-defined]  # there is no other way to the numbers
    total = sum(own for _, _, own, _, _ in rows.values())
    packages: Counter[str] = Counter()
    functions: Counter[str] = Counter()
    for (file, line, name), (_, _, own, _, _) in rows.items():
        packages[package_of(file)] += own
        functions[f"{package_of(file)}:{line} {name}"] += own
    return {
        "seconds": round(total, 2),
        "by_package": {name: round(own / total, 3) for name, own in packages.most_common(TOP)},
        "by_function": {name: round(own / total, 3) for name, own in functions.most_common(TOP)},
    }


def package_of(file: str) -> str:
    """Return `crawler.store`, `scrapy`, or what stands for C code."""
    path = Path(file)
    if "site-packages" in path.parts:
        return path.parts[path.parts.index("site-packages") + 1].removesuffix(".py")
    if path.is_relative_to(ROOT):
        return ".".join(path.relative_to(ROOT).with_suffix("").parts[:3])
    return "built in" if file.startswith("~") else f"stdlib {path.stem}"


if __name__ == "__main__":
    main()
