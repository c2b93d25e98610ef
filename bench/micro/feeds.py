"""What reading a feed costs: bench/micro/feeds.py FILE... prints a JSON object for each.

Milliseconds, best of fifteen, beside fastfeedparser alone (its cache of dates emptied) and
feedparser alone (without its sanitiser).
"""

import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import fastfeedparser.main
import feedparser

_GUESS_DATE = fastfeedparser.main._parse_date

from crawler.read.feed import read_feed  # noqa: E402 - it changes what is kept above

_AS_WRITTEN = fastfeedparser.main._parse_date


def best(action: Callable[[], object]) -> float:
    times = []
    for _ in range(15):
        started = time.perf_counter()
        action()
        times.append(time.perf_counter() - started)
    return round(min(times) * 1000, 2)


def fast_alone(body: bytes) -> None:
    _GUESS_DATE.cache_clear()
    fastfeedparser.parse(body)


def careful_alone(body: bytes) -> None:
    feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)


def main() -> None:
    for path in map(Path, sys.argv[1:]):
        body = path.read_bytes()
        document = read_feed(body, url="https://outlet.example/feed")
        figures = {"file": path.name, "items": len(document.items), "parser": document.parser}
        figures["read_feed"] = best(lambda: read_feed(body, url="https://outlet.example/feed"))  # noqa: B023
        fastfeedparser.main._parse_date = _GUESS_DATE
        figures["fastfeedparser"] = best(lambda: fast_alone(body))  # noqa: B023
        fastfeedparser.main._parse_date = _AS_WRITTEN
        figures["feedparser"] = best(lambda: careful_alone(body))  # noqa: B023
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
