"""What survives kill -9: of the crawling process, or of the embedded server in mid-crawl.

    .venv/bin/python bench/load/kills.py [--kills 10] [--target crawler|server] [--seed 1]

Crawls the replay once undisturbed and once with kills at random moments and a final run, then
compares: articles lost, articles placed twice, pages fetched twice, same-story pairs that agree.
"""

import argparse
import itertools
import json
import os
import random
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any

from recorded_web import World, crawl, home, kordon, replay, start

IN_FLIGHT = 32  # settings.IN_FLIGHT


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--target", choices=("crawler", "server"), default="crawler")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", default="100000", help="recorded articles at the most")
    options = parser.parse_args()
    dice = random.Random(options.seed)
    disturb = {"crawler": kill_crawlers, "server": kill_servers}[options.target]
    calm, _, seconds = crawled(options.limit, lambda environment, world: None)
    stormy, asked, _ = crawled(
        options.limit,
        lambda environment, world: disturb(environment, world, options.kills, seconds, dice),
    )
    result = compared(calm, stormy)
    result |= {
        "kills": options.kills,
        "target": options.target,
        "pages_fetched_twice": asked["articles_repeated"],
        "allowed_twice": options.kills * IN_FLIGHT,
    }
    json.dump(result, sys.stdout, indent=1)
    print()


def crawled(limit: str, disturb: Any) -> tuple[list[dict[str, Any]], dict[str, Any], float]:
    """Return the stories of a disturbed and then finished crawl, what was asked, and how long."""
    with replay("--limit", limit) as world, home() as environment:
        environment["http_proxy"] = world.proxy
        disturb(environment, world)
        started = time.perf_counter()
        kordon(environment, *crawl(world, "--topic", "everything"))
        seconds = time.perf_counter() - started
        listed = kordon(environment, "stories", "list", "--topic", "everything",
                        "--limit", "100000", "--json")  # fmt: skip
        return json.loads(listed), world.stats(), seconds


def kill_crawlers(
    environment: Mapping[str, str], world: World, kills: int, seconds: float, dice: random.Random
) -> None:
    """Start a crawl and kill it, again and again, spread over about one crawl's length."""
    for _ in range(kills):
        process = start(environment, *crawl(world, "--topic", "everything"))
        time.sleep(2 + dice.random() * 2 * seconds / kills)
        process.kill()
        process.communicate()


def kill_servers(
    environment: Mapping[str, str], world: World, kills: int, seconds: float, dice: random.Random
) -> None:
    """Kill the embedded server, again and again, while one crawl goes on."""
    process = start(environment, *crawl(world, "--topic", "everything"))
    for _ in range(kills):
        time.sleep(2 + dice.random() * 1.5 * seconds / kills)
        if process.poll() is not None:
            break
        status = json.loads(kordon(environment, "server", "status", "--json"))
        if status.get("pid"):
            os.kill(status["pid"], signal.SIGKILL)
    _, errors = process.communicate()
    if process.returncode:
        print(f"the crawl ended with {process.returncode}: {errors}", file=sys.stderr)


def compared(calm: list[dict[str, Any]], stormy: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what a storm lost, doubled or grouped otherwise."""
    before, after = urls_of(calm), urls_of(stormy)
    pairs, stormy_pairs = pairs_of(calm), pairs_of(stormy)
    either = pairs | stormy_pairs
    return {
        "articles": len(before),
        "lost": sorted(set(before) - set(after))[:20],
        "lost_count": len(set(before) - set(after)),
        "placed_twice": len(after) - len(set(after)),
        "same_story_pairs": len(either),
        "pairs_agree": round(len(pairs & stormy_pairs) / max(len(either), 1), 5),
    }


def urls_of(stories: list[dict[str, Any]]) -> list[str]:
    return [member["url"] for story in stories for member in story["members"]]


def pairs_of(stories: list[dict[str, Any]]) -> set[tuple[str, str]]:
    members = (sorted(member["url"] for member in story["members"]) for story in stories)
    return {pair for urls in members for pair in itertools.combinations(urls, 2)}


if __name__ == "__main__":
    main()
