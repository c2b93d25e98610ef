"""Print the score card of manners: python -m tests.manners [--write docs/reference/manners.md]."""

import argparse
import asyncio
import sys
import time
from importlib import import_module
from pathlib import Path

from crawler.pool import Pool
from tests.manners.checks import CHECKS, Seen, card
from tests.manners.world import World

THEMES = (  # the modules of tests/manners/situations, in the order of the card
    "validators",
    "rhythm",
    "floors",
    "refusals",
    "redirects",
    "robots",
    "health",
    "further",
    "hubs",
    "revisions",
)
HEAD = """# The manners card

What Kordon does in every situation of the [rule book](../explanation/fetching.md), checked by
living through it: publishers are simulated and the clock is virtual; everything that decides is
the real crawl's. Each line is a month of polls unless its check needs less or more.

    make manners

runs them all and writes this page; a test fails when a line does, or when the page is not current.
What takes real seconds on a real wire (slow and stalled bodies, bombs, broken HTTP) is tested
apart, in `tests/adapter/test_client.py` and `tests/adapter/test_hostile_bytes.py`.

"""


async def live() -> list[Seen]:
    """Live through every situation, each in a world of its own."""
    pool = Pool(1, memory_bytes=2**31)
    try:
        return [Seen(one, await one.live(World(pool, **one.changes))) for one in CHECKS]
    finally:
        pool.close()


def page(found: list[Seen]) -> str:
    return HEAD + card(found)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", type=Path, help="also write the card into this page")
    parser.add_argument("--only", default="", help="checks whose rule or situation has this text")
    options = parser.parse_args()
    for theme in THEMES:
        import_module(f"tests.manners.situations.{theme}")  # puts its checks on the card
    CHECKS[:] = [one for one in CHECKS if options.only in f"{one.rule}: {one.situation}"]
    began = time.perf_counter()
    found = asyncio.run(live())
    sys.stdout.write(card(found) + f"\n{time.perf_counter() - began:.0f} s\n")
    if options.write:
        options.write.write_text(page(found), "utf-8")
    return 0 if all(seen.passed for seen in found) else 1


if __name__ == "__main__":
    sys.exit(main())
