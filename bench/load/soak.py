"""Does one process stay small? Polls and pages from a local server, and what memory they cost.

    .venv/bin/python bench/load/soak.py [--count 100000] [--hosts 200] [--interval 5] > result.json

`kordon run --watch` asks feeds that list one new page at every poll, so that half of the count are
polls and half are pages. Memory is the resident set of the crawling process, and of its parser
processes apart; the embedded server is not in it. Flat means: the median of the last tenth is
within a fifth of the median after warm-up (the second tenth).
"""

import argparse
import asyncio
import json
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import psutil
from recorded_web import home, start

SAMPLE_SECONDS = 1.0
WORDS = (
    "border",
    "queue",
    "lorry",
    "customs",
    "guard",
    "bridge",
    "river",
    "gate",
    "permit",
    "snow",
)
SENTENCES = 20
SETTINGS = """
POLL_SHORTEST_SECONDS = {interval}
POLL_UNCONDITIONAL_SECONDS = {interval}
POLL_FIRST_SECONDS = {interval}
POLL_LONGEST_SECONDS = {interval}
"""


class Mill:
    """Hosts whose feeds list a new page at every poll; asked through a forward proxy."""

    def __init__(self, hosts: int) -> None:
        self.hosts = [f"mill-{n}.example" for n in range(hosts)]
        self.polls = self.pages = 0
        self.port = 0
        self._numbers = count()

    def catalogue(self) -> str:
        rows = (f"{host},{host},http://{host}/,http://{host}/feed" for host in self.hosts)
        return "\n".join(["outlet_id,name,homepage,feed_url", *rows]) + "\n"

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                url = head.split(b" ", 2)[1].decode()
                status, body = self.answer(url)
                writer.write(
                    b"HTTP/1.1 %d X\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%b"
                    % (status, len(body), body)
                )
                await writer.drain()
        writer.close()

    def answer(self, url: str) -> tuple[int, bytes]:
        if url.endswith("/robots.txt"):
            return 404, b""
        if url.endswith("/feed"):
            self.polls += 1
            return 200, feed(url, next(self._numbers))
        self.pages += 1
        return 200, page(url)


def feed(url: str, number: int) -> bytes:
    link = url.replace("/feed", f"/{number}")
    head = '<rss version="2.0"><channel><title>A mill</title>'
    return f"{head}<item><title>{number}</title><link>{link}</link></item></channel></rss>".encode()


def page(url: str) -> bytes:
    dice = random.Random(url)
    sentences = (
        " ".join(dice.choices(WORDS, k=14)) + f" {dice.random()}." for _ in range(SENTENCES)
    )
    text = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    head = f"<html><head><title>{url}</title></head>"
    return f"{head}<body><article>{text}</article></body></html>".encode()


@contextmanager
def served(mill: Mill) -> Iterator[str]:
    """Serve the mill from a thread; gives the proxy's address."""
    loop, ready = asyncio.new_event_loop(), threading.Event()

    async def listen() -> None:
        server = await asyncio.start_server(mill.talk, "127.0.0.1", 0)
        mill.port = server.sockets[0].getsockname()[1]
        ready.set()

    def run() -> None:
        loop.run_until_complete(listen())
        loop.run_forever()

    threading.Thread(target=run, daemon=True).start()
    ready.wait()
    yield f"http://127.0.0.1:{mill.port}"
    loop.call_soon_threadsafe(loop.stop)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100_000, help="polls and pages together")
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--interval", type=float, default=5.0, help="seconds between two polls")
    options = parser.parse_args()
    mill = Mill(options.hosts)
    with served(mill) as proxy, home() as environment, tempfile.TemporaryDirectory() as folder:
        environment["http_proxy"] = proxy
        Path(environment["KORDON_HOME"], "settings.toml").write_text(
            SETTINGS.format(interval=options.interval)
        )
        catalogue = Path(folder, "catalogue.csv")
        catalogue.write_text(mill.catalogue())
        began = time.perf_counter()
        crawl = start(environment, "run", "--watch", "--topic", "everything", "--host-rate", "100",
                      "--catalog", str(catalogue), "--json")  # fmt: skip
        samples = watched(mill, psutil.Process(crawl.pid), options.count)
        seconds = time.perf_counter() - began
        crawl.send_signal(signal.SIGTERM)
        printed, errors = crawl.communicate()
    if crawl.returncode:
        sys.exit(errors)
    report = {"polls": mill.polls, "pages": mill.pages, "seconds": round(seconds),
              "counts": json.loads(printed)["counts"]}  # fmt: skip
    for name in ("crawler", "parsers"):
        report[name] = growth([sample[name] for sample in samples])
    report["samples"] = thinned(samples)
    json.dump(report, sys.stdout, indent=1)
    print()


def watched(mill: Mill, crawl: psutil.Process, most: int) -> list[dict[str, Any]]:
    """Sample memory until so many polls and pages were asked for."""
    samples = []
    while mill.polls + mill.pages < most and crawl.is_running():
        time.sleep(SAMPLE_SECONDS)
        with suppress(psutil.NoSuchProcess):
            parsers = [child.memory_info().rss for child in crawl.children()]
            samples.append({
                "asked": mill.polls + mill.pages,
                "crawler": crawl.memory_info().rss,
                "parsers": sum(parsers),
            })  # fmt: skip
    return samples


def growth(sizes: list[int]) -> dict[str, Any]:
    """Return the median after warm-up and at the end, and whether that is flat."""
    tenth = max(len(sizes) // 10, 1)
    warm, last = median(sizes[tenth : 2 * tenth]), median(sizes[-tenth:])
    return {
        "warm_mb": round(warm / 1e6, 1),
        "last_mb": round(last / 1e6, 1),
        "peak_mb": round(max(sizes) / 1e6, 1),
        "growth": round(last / warm - 1, 3),
        "flat_within_a_fifth": last <= 1.2 * warm,
    }


def thinned(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return samples[:: max(len(samples) // 20, 1)]


if __name__ == "__main__":
    main()
