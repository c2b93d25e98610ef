"""How fast the whole path is on recorded news, and whether it asks for anything twice.

    .venv/bin/python bench/load/replay.py [--topic everything] [--limit 2000] > result.json

Runs three crawls over ../shared/replay: a first one, a second at once (nothing is due), and one
with --now (only 304s). CPU is that of the crawling processes, without the embedded server and the
replay, which share the cores.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from typing import Any

from recorded_web import crawl, home, kordon, replay, timed


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--topic", default="everything")
    parser.add_argument("--limit", default="100000", help="recorded articles at the most")
    options = parser.parse_args()
    with replay("--limit", options.limit) as world, home() as environment:
        environment["http_proxy"] = world.proxy
        arguments = crawl(world, "--topic", options.topic)
        first, wall, cpu = timed(environment, *arguments)
        after_first = world.stats()
        _, again_wall, _ = timed(environment, *arguments)
        after_again = world.stats()
        now, now_wall, now_cpu = timed(environment, *arguments, "--now")
        after_now = world.stats()
        stories = json.loads(kordon(environment, "stories", "list", "--json", "--limit", "100000",
                                    "--topic", options.topic))  # fmt: skip
    placed = sum(n for name, n in first["counts"].items() if name.startswith("place/"))
    shared = [story for story in stories if len({m["outlet"] for m in story["members"]}) > 1]
    result = {
        "pages": after_first["articles"],
        "pages_fetched": after_first["articles_fetched"],
        "pages_fetched_twice": after_now["articles_repeated"],
        "placed": placed,
        "counts": first["counts"],
        "stories": len(stories),
        "stories_of_two_outlets": len(shared),
        "seconds": round(wall, 2),
        "articles_per_second": round(placed / wall, 1),
        "cpu_ms_per_article": round(1000 * cpu / max(placed, 1), 2),
        "second_run": {"requests": requests(after_first, after_again),
                       "seconds": round(again_wall, 2)},
        "now_run": {"requests": requests(after_again, after_now),
                    "feeds": now["counts"], "seconds": round(now_wall, 2),
                    "cpu_seconds": round(now_cpu, 2), "statuses": after_now["statuses"]},
    }  # fmt: skip
    json.dump(result, sys.stdout, indent=1)
    print()


def requests(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """Return how many requests came between two looks at the statistics, less the second look."""
    return int(after["requests"] - before["requests"] - 1)


if __name__ == "__main__":
    main()
