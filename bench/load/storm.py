"""What a crawl survives: each storm against an undisturbed run over the same recorded news.

    .venv/bin/python bench/load/storm.py workers [--seconds 600] [--limit 2000] > result.json
    .venv/bin/python bench/load/storm.py away stopped disk memory clock parsers

workers   three processes share one store; one of them is killed with -9 every two seconds
away      a Redis of the operator's own is gone for a minute, then back with its data
stopped   the same server stands still (SIGSTOP) for a minute
disk      the disk of KORDON_HOME is full for half a minute, then has room (tmpfs; needs root)
memory    the server is at its maxmemory for half a minute, then has room; evicting is refused
clock     the server's clock jumps an hour ahead, two back, and three ahead (LD_PRELOAD; needs cc)
parsers   a publisher whose pages kill every parser that touches them

Redis is Debian's redis-server where one of the operator's own is meant. After each storm one more
run ends what is left; the report says what was lost, doubled and grouped otherwise.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import redis
from kills import compared
from recorded_web import World, crawl, home, kordon, replay, start

WORKERS = 3
KILL_EVERY_SECONDS = 2.0
AWAY_SECONDS = 60.0
FULL_SECONDS = 30.0
CLOCK_PHASE_SECONDS = 45.0  # a process reads the server's clock anew every thirty
HOUR = 3_600
POISONED = 5
POISON = b"<html><body>" + b"<p>x</p>" * 1_000_000
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Scene:
    """What a storm may touch."""

    environment: dict[str, str]
    world: World
    seconds: float  # how long the storm may last, where it is not told by its nature
    dice: random.Random

    @property
    def folder(self) -> Path:
        return Path(self.environment["KORDON_HOME"])

    def crawl(self) -> "subprocess.Popen[str]":
        return start(self.environment, *crawl(self.world, "--topic", "everything", "--json"))

    def wait_for_pages(self, share: float) -> None:
        """Return when this share of the pages was asked for."""
        while True:
            stats = self.world.stats()
            if stats["articles_fetched"] >= share * stats["articles"]:
                return
            time.sleep(0.2)


Storm = Callable[[Scene], dict[str, Any]]


# --- the storms ------------------------------------------------------------------------------


def workers(scene: Scene) -> dict[str, Any]:
    crowd = [scene.crawl() for _ in range(WORKERS)]
    kills, until = 0, time.monotonic() + scene.seconds
    while time.monotonic() < until:
        time.sleep(KILL_EVERY_SECONDS)
        one = scene.dice.randrange(WORKERS)
        kills += crowd[one].poll() is None
        crowd[one].kill()
        crowd[one].communicate()
        crowd[one] = scene.crawl()
    for one in crowd:
        one.kill()
        one.communicate()
    return {"kills": kills, "allowed_twice": kills * 32}  # settings.IN_FLIGHT


def away(scene: Scene) -> dict[str, Any]:
    with own_redis(scene) as server:
        crawling = scene.crawl()
        scene.wait_for_pages(0.3)
        server.kill()
        time.sleep(AWAY_SECONDS)
        server.start()
        return ended(crawling) | finished(scene)


def stopped(scene: Scene) -> dict[str, Any]:
    with own_redis(scene) as server:
        crawling = scene.crawl()
        scene.wait_for_pages(0.3)
        server.signal(signal.SIGSTOP)
        time.sleep(AWAY_SECONDS)
        server.signal(signal.SIGCONT)
        return ended(crawling) | finished(scene)


def disk(scene: Scene) -> dict[str, Any]:
    if os.geteuid() != 0:
        return {"skipped": "only root can mount a disk of a few megabytes"}
    mount(scene.folder, "size=3m")
    try:
        crawling = scene.crawl()
        full = until_full(scene.folder, crawling)
        time.sleep(FULL_SECONDS)
        survived = crawling.poll() is None
        mount(scene.folder, "remount,size=2g")
        facts = {"full": full, "crawl_waited": survived} | ended(crawling)
        return facts | finished(scene)
    finally:
        kordon(scene.environment, "server", "stop")
        subprocess.run(["umount", scene.folder], check=True)


def memory(scene: Scene) -> dict[str, Any]:
    with own_redis(scene) as server:
        crawling = scene.crawl()
        scene.wait_for_pages(0.3)
        used = int(server.client.info("memory")["used_memory"])
        server.client.config_set("maxmemory", used + (1 << 20))
        time.sleep(FULL_SECONDS)
        survived = crawling.poll() is None
        at_limit = server.client.info("stats")["total_error_replies"]
        server.client.config_set("maxmemory", 0)
        facts = {"refused_commands": at_limit, "crawl_waited": survived} | ended(crawling)
        facts |= finished(scene)
        server.client.config_set("maxmemory-policy", "allkeys-lru")
        refusal = scene.crawl()
        _, said = refusal.communicate()
        return facts | {"evicting": {"exit": refusal.returncode, "said": said.strip()}}


def clock(scene: Scene) -> dict[str, Any]:
    if shutil.which("cc") is None:
        return {"skipped": "no C compiler to build the clock with"}
    with own_redis(scene, simulated_clock=True) as server:
        crawling, crawls = scene.crawl(), 1
        for offset in (0, HOUR, -HOUR, 2 * HOUR):
            server.set_clock(offset)
            until = time.monotonic() + CLOCK_PHASE_SECONDS
            while time.monotonic() < until:
                time.sleep(1)
                if crawling.poll() is not None:
                    ended(crawling)
                    crawling, crawls = scene.crawl(), crawls + 1
        ended(crawling)
        return {"crawls": crawls} | finished(scene)


def parsers(scene: Scene) -> dict[str, Any]:
    (scene.folder / "settings.toml").write_text(
        "RETRY_FIRST_SECONDS = 1\nPREPARE_MEMORY_BYTES = 671_088_640\n"
    )
    with poisoned(scene.world) as (world, fed):
        environment = scene.environment | {"http_proxy": world.proxy}
        scene = replace(scene, world=world, environment=environment)
        return finished(scene) | {"poisonous_pages": POISONED, "fed": fed}


STORMS: Mapping[str, Storm] = {
    storm.__name__: storm for storm in (workers, away, stopped, disk, memory, clock, parsers)
}


def ended(crawling: "subprocess.Popen[str]") -> dict[str, Any]:
    """Return how a crawl ended, and what went wrong for it on the way."""
    printed, said = crawling.communicate()
    counts = json.loads(printed)["counts"] if crawling.returncode == 0 else {}
    trouble = ("error/", "dead/", "retry/")
    return {
        "exit": crawling.returncode,
        "said": said.strip().splitlines()[-3:],
        "trouble": {name: n for name, n in counts.items() if name.startswith(trouble)},
    }


def finished(scene: Scene) -> dict[str, Any]:
    """End what is left, and return the stories, while the storm's own server is there."""
    kordon(scene.environment, *crawl(scene.world, "--topic", "everything"))
    while letters(scene)["census"]["later"]:
        time.sleep(1)
        kordon(scene.environment, *crawl(scene.world, "--topic", "everything"))
    dead = Counter(letter["reason"] for letter in letters(scene)["entries"])
    return {"stories": stories_of(scene.environment), "dead_letters": dead}


def stories_of(environment: Mapping[str, str]) -> list[dict[str, Any]]:
    return json.loads(
        kordon(
            environment, "stories", "list", "--topic", "everything", "--limit", "100000", "--json"
        )
    )


def letters(scene: Scene) -> dict[str, Any]:
    return json.loads(
        kordon(
            scene.environment, "frontier", "list", "--state", "dead", "--limit", "9999", "--json"
        )
    )


# --- a Redis of the operator's own -----------------------------------------------------------


class OwnRedis:
    """Debian's server on a free port, with its data on disk; it can be ended and come back."""

    def __init__(self, folder: Path, shim: Path | None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._folder, self._shim = folder, shim
        self.client = redis.Redis(port=self.port)
        self.start()

    def start(self) -> None:
        preload = {"LD_PRELOAD": str(self._shim), "CLOCK_OFFSET": str(self._folder / "offset")}
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir",
             str(self._folder), "--appendonly", "yes", "--save", ""],
            stdout=subprocess.DEVNULL, env={**os.environ, **(preload if self._shim else {})},
        )  # fmt: skip
        while True:
            with suppress(redis.ConnectionError):
                if self.client.info("persistence")["loading"] == 0:
                    return
            time.sleep(0.05)

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def set_clock(self, offset: int) -> None:
        """Let the server's clock differ from the machine's by so many seconds."""
        draft = self._folder / "offset.new"
        draft.write_text(f"{offset}\n")
        draft.replace(self._folder / "offset")
        ahead = self.client.time()[0] - time.time()
        assert abs(ahead - offset) < 5, f"the server's clock is {ahead} s ahead, not {offset}"


@contextmanager
def own_redis(scene: Scene, *, simulated_clock: bool = False) -> Iterator[OwnRedis]:
    folder = Path(tempfile.mkdtemp(prefix="kordon-redis-"))
    server = OwnRedis(folder, built_shim(folder) if simulated_clock else None)
    scene.environment["KORDON_REDIS_URL"] = f"redis://127.0.0.1:{server.port}"
    try:
        yield server
    finally:
        del scene.environment["KORDON_REDIS_URL"]
        server.client.close()
        server.kill()
        shutil.rmtree(folder)


def built_shim(folder: Path) -> Path:
    shim = folder / "clock.so"
    source = HERE / "clock_shim.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", shim, source, "-ldl"], check=True)
    (folder / "offset").write_text("0\n")
    return shim


# --- a small disk ----------------------------------------------------------------------------


def mount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True)


def until_full(folder: Path, crawling: "subprocess.Popen[str]") -> bool:
    """Return when there is no room left; False when the crawl ended before."""
    while crawling.poll() is None:
        if os.statvfs(folder).f_bavail == 0:
            return True
        time.sleep(0.1)
    return False


# --- a poisonous publisher -------------------------------------------------------------------


class PoisonProxy(BaseHTTPRequestHandler):
    """Answers for `poison.example`, and hands every other question on to the replay."""

    protocol_version = "HTTP/1.1"
    upstream = ""
    fed: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.netloc == "poison.example":
            self.poison(parts.path)
        else:
            self.hand_on()

    def poison(self, path: str) -> None:
        self.fed[path] += 1
        pages = "".join(
            f"<item><link>http://poison.example/{n}</link></item>" for n in range(POISONED)
        )
        feed = f'<rss version="2.0"><channel><title>x</title>{pages}</channel></rss>'.encode()
        known = {"/feed.xml": feed} | {f"/{n}": POISON for n in range(POISONED)}
        self.answer(200 if path in known else 404, known.get(path, b""), {})

    def hand_on(self) -> None:
        asked = http.client.HTTPConnection(self.upstream, timeout=60)
        try:
            asked.request("GET", self.path, headers=dict(self.headers))
            answer = asked.getresponse()
            kept = {name: value for name, value in answer.getheaders()
                    if name.lower() not in {"content-length", "date", "server"}}  # fmt: skip
            self.answer(answer.status, answer.read(), kept)
        finally:
            asked.close()

    def answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def poisoned(world: World) -> Iterator[tuple[World, Counter[str]]]:
    """Serve the world with one more publisher in it; counts what was asked of that one."""
    PoisonProxy.upstream = urlsplit(world.proxy).netloc
    server = ThreadingHTTPServer(("127.0.0.1", 0), PoisonProxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    catalogue = world.catalogue.with_name("poisoned.csv")
    row = "poison,Poison,http://poison.example/,http://poison.example/feed.xml\n"
    catalogue.write_text(world.catalogue.read_text() + row)
    try:
        yield World(f"http://127.0.0.1:{server.server_port}", catalogue), PoisonProxy.fed
    finally:
        server.shutdown()
        server.server_close()


# --- the report ------------------------------------------------------------------------------


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("storms", nargs="+", choices=STORMS)
    parser.add_argument("--seconds", type=float, default=600, help="how long `workers` lasts")
    parser.add_argument("--limit", default="1000", help="recorded articles at the most")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    calm = weathered(finished, options)
    report = {}
    for name in options.storms:
        stormy = weathered(STORMS[name], options)
        if "stories" in stormy:
            stormy = compared(calm["stories"], stormy.pop("stories")) | stormy
        report[name] = stormy
        print(json.dumps({name: stormy}), file=sys.stderr, flush=True)
    json.dump(report, sys.stdout, indent=1)
    print()


def weathered(storm: Storm, options: argparse.Namespace) -> dict[str, Any]:
    """Return what a storm left of a crawl in a world and a home of its own."""
    with ExitStack() as stack:
        world = stack.enter_context(replay("--limit", options.limit))
        environment = stack.enter_context(home())
        environment["http_proxy"] = world.proxy
        started = time.perf_counter()
        scene = Scene(environment, world, options.seconds, random.Random(options.seed))
        facts = storm(scene)
        if "stories" not in facts and "skipped" not in facts:
            facts |= finished(scene)
        twice = world.stats()["articles_repeated"]
        return facts | {
            "pages_fetched_twice": twice,
            "seconds": round(time.perf_counter() - started),
        }


if __name__ == "__main__":
    main()
