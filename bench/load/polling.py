"""What a poll costs: 1,000 feeds on loopback, beside reader on the same server.

    .venv/bin/python bench/load/polling.py [--feeds 1000] [--repeats 3] [--reader VENV]

Three rounds for each: a first poll of all feeds, one in which nothing changed (304), one in which
a fifth has three new entries. The feeds hold 30 entries and give ETags; they are spread over 50
loopback addresses, so that hosts' turns are part of the work. Kordon runs as `kordon run` does
(Scrapy, manners, parser processes), once with a frontier that keeps nothing and once on its
embedded server with the append-only file on; CPU is that of all its processes, server included.
reader (PyPI) updates through requests and feedparser into SQLite; it is installed into a venv of
the bench's own, `bench/.reader`, unless another is named. All that is measured is pinned to one
core, the publisher to another; of several repeats the least counts. Prints one JSON object.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from rounds import ADDRESSES, CHANGED_SHARE

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
READER = ("reader==3.26", "sgmllib3k")  # the second is missing from its requirements
ENTRIES, NEW = 30, 3
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
TEXT = "<p>Вантажівки стоять у черзі перед пунктом пропуску, рух відновлять увечері.</p>" * 8


# --- the publisher ---------------------------------------------------------------------------


def feed_body(number: int, version: int) -> bytes:
    """A feed of 30 full-content entries; each version has three that are new."""
    newest = ENTRIES + NEW * version
    start = datetime(2026, 11, 20, tzinfo=UTC)
    items = "".join(
        f"<item><title>Headline {n} of {number}</title><link>http://pages.example/{number}/{n}</link>"
        f"<guid>http://pages.example/{number}/{n}</guid>"
        f"<pubDate>{format_datetime(start + timedelta(hours=n), usegmt=True)}</pubDate>"
        f"<description><![CDATA[{TEXT}]]></description></item>"
        for n in range(newest, newest - ENTRIES, -1)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Feed '
        f"{number}</title><link>http://pages.example/</link><description>d</description>"
        f"{items}</channel></rss>"
    ).encode()


class Publisher(asyncio.Protocol):
    """Answers one request at a time; `/round/N` sets which feeds have changed."""

    round = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        target = data.split(b" ", 2)[1].decode()
        kind, _, number = target.strip("/").partition("/")
        if kind == "round":
            Publisher.round = int(number)
            self.say(200, b"", "")
        elif kind == "feed":
            self.feed(int(number), data)
        else:
            self.say(404, b"", "")

    def feed(self, number: int, data: bytes) -> None:
        version = int(Publisher.round == 2 and number % CHANGED_SHARE == 0)
        etag = f'"{number}-{version}"'
        known = f"if-none-match: {etag}".encode() in data.lower()
        self.say(304, b"", etag) if known else self.say(200, feed_body(number, version), etag)

    def say(self, status: int, body: bytes, etag: str) -> None:
        lines = f"HTTP/1.1 {status} X\r\nContent-Type: application/rss+xml\r\n"
        lines += f"ETag: {etag}\r\n" if etag else ""
        self.transport.write(f"{lines}Content-Length: {len(body)}\r\n\r\n".encode() + body)


async def publish() -> None:
    loop = asyncio.get_running_loop()
    hosts = [f"127.0.1.{n + 1}" for n in range(ADDRESSES)]
    first = await loop.create_server(Publisher, hosts[0], 0)
    port = first.sockets[0].getsockname()[1]
    await loop.create_server(Publisher, hosts[1:], port)
    print(port, flush=True)
    await asyncio.Event().wait()


# --- together --------------------------------------------------------------------------------


def reader_python(venv: Path) -> str:
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *READER], check=True)
    return str(python)


def measured(command: list[str], feeds: int, port: int) -> dict[str, float]:
    program, script, *how = command
    whole = [program, str(HERE / script), str(feeds), str(port), *how]
    answer = subprocess.run(whole, check=True, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT)
    found: dict[str, float] = json.loads(answer.stdout.splitlines()[-1])
    return found


def least(known: dict[str, float], found: dict[str, float]) -> dict[str, float]:
    """The less of each CPU figure and the more of each rate: what a busy machine adds is noise."""
    return {
        name: (max if "per_second" in name else min)(figure, known.get(name, figure))
        for name, figure in found.items()
    }


def main(feeds: int, repeats: int, reader: Path) -> None:
    cores = sorted(os.sched_getaffinity(0))
    server = subprocess.Popen(
        [sys.executable, __file__, "--publish"], stdout=subprocess.PIPE, text=True
    )
    os.sched_setaffinity(server.pid, cores[-1:])
    assert server.stdout is not None
    port = int(server.stdout.readline())
    os.sched_setaffinity(0, cores[:1])
    ours = [sys.executable, "polled_by_kordon.py"]
    measures = {
        "kordon, no commit": ours,
        "kordon durable": [*ours, "durable"],
        "reader": [reader_python(reader), "polled_by_reader.py"],
    }
    try:
        found = {name: {} for name in measures}
        for _ in range(repeats):
            for name, command in measures.items():
                found[name] = least(found[name], measured(command, feeds, port))
    finally:
        server.kill()
    print(json.dumps({"feeds": feeds, "figures": found, "ratios": ratios(found)}, indent=2))


def ratios(found: dict[str, dict[str, float]]) -> dict[str, float]:
    """How many times the CPU of ours reader takes."""
    theirs = found["reader"]
    return {
        f"{name}: {figure.removeprefix('cpu_ms_per_')}": round(theirs[figure] / ours[figure], 2)
        for name, ours in found.items()
        if name != "reader"
        for figure in ("cpu_ms_per_first_poll", "cpu_ms_per_unchanged", "cpu_ms_per_changed")
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--reader", type=Path, default=ROOT / "bench" / ".reader")
    parser.add_argument("--publish", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    asyncio.run(publish()) if options.publish else main(
        options.feeds, options.repeats, options.reader
    )
