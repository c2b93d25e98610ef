"""The recorded web as a context manager, and `kordon` as a measured child process."""

import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
REPLAY = ROOT.parent / "shared" / "replay" / "replay.py"
KORDON = Path(sys.executable).with_name("kordon")


@dataclass(frozen=True)
class World:
    """A running replay: its proxy, its catalogue, and what was asked of it."""

    proxy: str
    catalogue: Path

    def stats(self) -> dict[str, Any]:
        return json.loads(self.get("http://replay.invalid/stats"))

    def get(self, url: str) -> bytes:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": self.proxy}))
        with opener.open(url, timeout=60) as answer:
            return bytes(answer.read())


@contextmanager
def replay(*options: str) -> Iterator[World]:
    """Serve the recorded web on a free loopback port."""
    if not REPLAY.is_file():
        sys.exit("the recorded news (../shared) is not beside this checkout")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(REPLAY), "--port", str(port), *options]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    folder = Path(tempfile.mkdtemp(prefix="kordon-replay-"))
    try:
        assert process.stdout is not None
        process.stdout.readline()  # says when it listens
        world = World(f"http://127.0.0.1:{port}", folder / "catalogue.csv")
        world.catalogue.write_bytes(world.get("http://replay.invalid/catalogue.csv"))
        yield world
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


@contextmanager
def home() -> Iterator[dict[str, str]]:
    """An environment with a KORDON_HOME of its own, whose server is stopped at the end."""
    folder = Path(tempfile.mkdtemp(prefix="kordon-home-"))
    environment = {**os.environ, "KORDON_HOME": str(folder)}
    try:
        yield environment
    finally:
        kordon(environment, "server", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def start(environment: Mapping[str, str], *arguments: str) -> "subprocess.Popen[str]":
    """Start `kordon` in a process group of its own."""
    return subprocess.Popen(
        [str(KORDON), *arguments],
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def kordon(environment: Mapping[str, str], *arguments: str) -> str:
    """Run `kordon` to its end and return what it printed; its errors end the bench."""
    process = start(environment, *arguments)
    out, err = process.communicate()
    if process.returncode:
        sys.exit(f"kordon {' '.join(arguments)} ended with {process.returncode}:\n{err}")
    return out


def crawl(world: World, *options: str) -> list[str]:
    """Return the arguments of a crawl over the replay."""
    return ["run", "--once", "--host-rate", "200", "--catalog", str(world.catalogue), *options]


def cpu_of_children() -> float:
    """Return the CPU seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def timed(environment: Mapping[str, str], *arguments: str) -> tuple[dict[str, Any], float, float]:
    """Run a command with --json; return its document, wall seconds and CPU seconds."""
    wall, cpu = time.perf_counter(), cpu_of_children()
    document = json.loads(kordon(environment, *arguments, "--json"))
    return document, time.perf_counter() - wall, cpu_of_children() - cpu
