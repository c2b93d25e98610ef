"""`kordon up` as an operator's machine meets it: one command, its children, and their ends."""

import asyncio
import json
import os
import signal
import socket
import urllib.error
import urllib.request
from contextlib import asynccontextmanager, suppress

import psutil
import pytest
from household import Household

from crawler.store.server import embedded
from tests.site.newsstand import Newsstand, feed_of


class Lines:
    """What a command says, line by line; waiting for a line takes no longer than it needs."""

    def __init__(self, process):
        self.process = process
        self.said = []

    async def until(self, words):
        """Return the first line that holds these words, from here on."""
        while line := (await self.process.stderr.readline()).decode():
            self.said.append(line)
            if words in line:
                return line
        raise AssertionError(f"it ended before it said {words!r}: {''.join(self.said)}")

    async def rest(self):
        self.said += (await self.process.stderr.read()).decode().splitlines()
        return "\n".join(self.said)


@pytest.fixture
async def house(tmp_path):
    async with Newsstand(hosts=2, pages=2) as stand:
        file = tmp_path / "my.csv"
        rows = "".join(f"o{n},Outlet {n},,{feed_of(host)}\n" for n, host in enumerate(stand.hosts))
        file.write_text(f"outlet_id,name,homepage,feed_url\n{rows}")
        yield Household(tmp_path / "home", stand.proxy, file)
    embedded.stop(tmp_path / "home")


@asynccontextmanager
async def up(house, *options):
    """Yield what the command says, and end it with all it started, whatever the test did."""
    process = await house.start(
        "up", "--port", "0", "--topic", "everything", "--catalog", str(house.catalogue), *options
    )
    try:
        yield Lines(process)
    finally:
        left = family(process.pid)
        with suppress(ProcessLookupError):
            process.kill()
        for one in left:
            with suppress(psutil.NoSuchProcess):
                one.kill()
        await process.wait()


def family(pid):
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def pid_in(line):
    return int(line.rpartition("(pid ")[2].rstrip(")\n"))


async def get(address):
    def fetch():
        try:
            with urllib.request.urlopen(address) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    return await asyncio.to_thread(fetch)


async def test_it_crawls_and_answers_survives_a_killed_crawl_and_ends_clean(house):
    async with up(house) as lines:
        crawl = pid_in(await lines.until("crawl is started"))
        base = (await lines.until("serving at ")).split("serving at ")[1].split("/api/")[0]
        assert (await get(f"{base}/health")) == (200, "ok")
        assert (await get(f"{base}/"))[0] == 200
        assert (await get(f"{base}/api/v1/topics"))[1].count('"everything"') == 1
        os.kill(crawl, signal.SIGKILL)
        assert "killed by SIGKILL" in await lines.until("crawl ended")
        again = pid_in(await lines.until("crawl is started"))
        assert again != crawl
        assert (await get(f"{base}/health")) == (200, "ok")
        started = family(lines.process.pid)
        assert again in {one.pid for one in started}
        lines.process.terminate()
        await lines.rest()
        assert await lines.process.wait() == 0
        assert [one for one in started if one.is_running()] == []
        assert embedded.status(house.home) is None


async def test_what_it_says_is_one_log_of_json_objects(house):
    async with up(house, "--json-log") as lines:
        await lines.until('"text": "serving at ')
        lines.process.send_signal(signal.SIGINT)
        said = (await lines.rest()).splitlines()
        assert await lines.process.wait() == 0
    objects = [json.loads(line) for line in said if line.startswith("{")]
    assert {"up", "serve"} <= {one["from"] for one in objects}
    assert all(one["at"].endswith("Z") and "text" in one for one in objects)
    assert all(line.startswith(("{", "No contact address")) for line in said if line)


async def test_its_children_end_when_it_is_killed(house):
    async with up(house) as lines:
        await lines.until("serving at ")
        started = family(lines.process.pid)
        lines.process.kill()
        await lines.rest()
        gone, alive = await asyncio.to_thread(psutil.wait_procs, started, 60)
        assert [one.cmdline() for one in alive] == []
        assert len(gone) >= 2


async def test_an_address_in_use_is_told_before_anything_is_started(house):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = await house.start("up", "--port", str(taken.getsockname()[1]))
        _, said = await process.communicate()
    assert process.returncode == 2
    assert "nothing can listen at 127.0.0.1:" in said.decode()
    assert " (Address already in use); " in said.decode()
    assert embedded.status(house.home) is None


async def test_a_server_that_was_there_before_stays(house):
    await asyncio.to_thread(embedded.ensure_running, house.home)
    async with up(house) as lines:
        await lines.until("serving at ")
        lines.process.terminate()
        await lines.rest()
        assert await lines.process.wait() == 0
    assert embedded.status(house.home) is not None
