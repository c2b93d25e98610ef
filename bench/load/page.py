"""How long Border now takes with many stories: to answer, and until a browser has loaded it.

    python bench/load/page.py [--stories 200000] [--rounds 20] [--placing 0]

Fills a home of its own with made-up stories over ninety days, each carried by up to six outlets of
the catalogue and naming places of the gazetteer (payloads and index are written directly), runs the
real `kordon serve` on it and asks for the view in every window, with and without filters, and
searches. With `--placing` another process places that many articles a second meanwhile. With
chromium on PATH the time until a browser has loaded the view is taken as well. Prints one JSON
document.
"""

import argparse
import asyncio
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from filling import LANGUAGES, NOWHERE, TITLE_WORDS, Made, filled, served, summary, zipf
from playwright.sync_api import sync_playwright

from crawler.catalog.gazetteer import places
from crawler.catalog.outlets import shipped_catalogue
from crawler.model import (
    ArticleId,
    LookAlike,
    Member,
    Relation,
    Story,
    StoryId,
    id_of,
)
from crawler.store.server import embedded

WINDOWS = ("24h", "7d", "30d", "90d")
FILTERS = ("", "&language=uk", "&border=UA-PL&control=others")
PATHS = (
    *(f"/?window={window}{narrowed}" for window in WINDOWS for narrowed in FILTERS),
    "/search", "/search?q=w3", "/search?q=w3+w40&language=uk",
)  # fmt: skip
BODY_WORDS = 40
OUTLETS = shipped_catalogue().outlets
PLACES = [place.id for place in places()]


def a_story(number: int, dice: random.Random, now: datetime) -> Made:
    """A story of one to six articles, most of them alone, at some time of ninety days."""
    at = now - timedelta(days=90) * dice.random()
    name = id_of(f"story {number}")
    named = tuple(dice.choices(PLACES, k=dice.choice((0, 1, 2, 3))))
    facts = []
    for copy, outlet in enumerate(dice.choices(OUTLETS, k=dice.choice((1, 1, 1, 2, 3, 6)))):
        when = at + timedelta(minutes=dice.randrange(1, 900)) * copy
        facts.append(
            LookAlike(
                id=ArticleId(name if not copy else id_of(f"{number} {copy}")), story=StoryId(name),
                url=f"https://{outlet.id}.example/{number}", outlet=outlet.id,
                title=" ".join(zipf(dice, TITLE_WORDS)), language=dice.choice(LANGUAGES),
                published=when, arrived=when, fingerprint=NOWHERE, places=named,
                outlet_name=outlet.name,
            )
        )  # fmt: skip
    members = tuple(Member(fact.id, Relation.COPY) for fact in facts)
    return Story(StoryId(name), facts[0].id, members, at, at), facts


# --- asking ----------------------------------------------------------------------------------


async def ask(address: str, rounds: int) -> dict[str, dict[str, float]]:
    """Ask for every path by turns; return milliseconds and bytes of each."""
    took: dict[str, list[float]] = {}
    sizes: dict[str, int] = {}
    async with aiohttp.ClientSession(address, auto_decompress=False) as session:
        for _ in range(rounds):
            for path in PATHS:
                began = time.perf_counter()
                async with session.get(path, headers={"Accept": "text/html"}) as answer:
                    body = await answer.read()
                    assert answer.status == 200, (answer.status, path)
                took.setdefault(path, []).append(1_000 * (time.perf_counter() - began))
                sizes[path] = len(body)
    return {path: {**summary(values), "bytes": sizes[path]} for path, values in took.items()}


def load(address: str, rounds: int) -> dict[str, dict[str, float]]:
    """Let a browser open each window; return milliseconds until it was loaded, nothing cached."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return {}
    found = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for window in WINDOWS:
            values = []
            for _ in range(max(3, rounds // 4)):
                tab = browser.new_page()
                tab.goto(f"{address}/?window={window}", wait_until="load")
                values.append(
                    tab.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd")
                )
                tab.close()
            found[window] = summary(values)
        browser.close()
    return found


# --- the whole -------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--placing", type=float, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        socket = str(embedded.ensure_running(home).socket)
        try:
            print(json.dumps(run(home, socket, options), indent=2))
        finally:
            embedded.stop(home)


def run(home: Path, socket: str, options: argparse.Namespace) -> dict[str, Any]:
    facts = filled(home, socket, options.stories, a_story, body_words=BODY_WORDS)
    process, address = served(home)
    placing = placed_meanwhile(socket, options)
    try:
        asyncio.run(ask(address, 2))  # connections and caches
        answers = asyncio.run(ask(address, options.rounds))
        loads = load(address, options.rounds)
    finally:
        for one in (placing, process):
            if one:
                one.terminate()
                one.wait()
    return facts | {
        "placing_per_second": options.placing,
        "answer_milliseconds": answers,
        "browser_loaded_milliseconds": loads,
    }


def placed_meanwhile(socket: str, options: argparse.Namespace) -> subprocess.Popen[bytes] | None:
    """Let another process place articles for as long as this may take."""
    if not options.placing:
        return None
    command = [sys.executable, str(Path(__file__).with_name("api.py")), "--place-at", socket]
    command += ["--placing", str(options.placing), "--seconds", "3600"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
