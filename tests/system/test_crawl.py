"""Does the real command ask once, lose nothing and end cleanly, whatever befalls it?

Deaths are timed by what the publishers were asked for, never by the clock.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections import Counter

import pytest
from household import Household, ended

from crawler.store.server import embedded
from tests.site.newsstand import Newsstand

IN_FLIGHT = 32  # settings.IN_FLIGHT


@pytest.fixture
async def stand():
    async with Newsstand(hosts=4, pages=8) as stand:
        yield stand


@pytest.fixture
def house(stand, home, tmp_path):
    catalogue = tmp_path / "catalogue.csv"
    catalogue.write_text(stand.catalogue())
    return Household(home, stand.proxy, catalogue)


async def test_what_was_asked_is_not_asked_again_until_it_is_due(house, stand):
    first = await house.crawled()
    assert first["counts"]["poll/modified"] == len(stand.hosts)
    assert await house.groups() == pairs_of(stand)
    assert set(stand.times_asked().values()) == {1}
    asked = len(stand.hits)
    await house.crawled()
    assert len(stand.hits) == asked
    hastened = await house.crawled("--now")
    assert hastened["counts"] == {
        "entry/listed": 0, "entry/new": 0, "poll/not-modified": len(stand.hosts),
    }  # fmt: skip
    assert len(stand.hits) == asked + len(stand.hosts)


async def test_a_terminated_crawl_gives_its_claims_back_and_the_next_goes_on(house, stand):
    stand.gate.clear()
    crawl = await house.crawl()
    await stand.asked_for(len(stand.hosts))  # one page in each host's turn
    crawl.send_signal(signal.SIGTERM)
    stand.gate.set()
    await ended(crawl)
    assert (await house.census()).leased == 0
    await house.crawled()
    assert await house.groups() == pairs_of(stand)
    assert set(stand.times_asked().values()) == {1}


async def test_a_killed_crawl_loses_nothing_and_asks_little_twice(house, stand):
    crawl = await house.crawl()
    await stand.asked_for(12)
    crawl.kill()
    await crawl.communicate()
    await house.crawled()
    assert await house.groups() == pairs_of(stand)
    assert sum(n - 1 for n in stand.pages_asked().values()) <= IN_FLIGHT


async def test_a_crawl_survives_its_server(house, stand, home):
    crawl = await house.crawl()
    await stand.asked_for(12)
    os.kill(embedded.status(home).pid, signal.SIGKILL)
    report = await ended(crawl)
    assert not [name for name in report["counts"] if name.startswith(("dead/", "retry/"))]
    assert await house.groups() == pairs_of(stand)


async def test_four_crawls_at_once_share_the_work_and_ask_nothing_twice(house, stand):
    reports = await asyncio.gather(*(house.crawled() for _ in range(4)))
    assert sum(report["counts"].get("page/fetched", 0) for report in reports) == len(stand.pages)
    assert set(stand.times_asked().values()) == {1}
    assert await house.groups() == pairs_of(stand)


def pairs_of(stand):
    """Every second paper copies the one before it, page by page; each story is there once."""
    texts = {}
    for url in stand.pages:
        paper, page = url.removeprefix("http://paper-").split(".example/")
        texts.setdefault((int(paper) // 2, page), set()).add(url)
    return Counter(frozenset(urls) for urls in texts.values())


# --- recorded news ---------------------------------------------------------------------------


@pytest.fixture
def replayed(shared, home, tmp_path):
    """A home before 150 recorded articles and the recorded real pages."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    program = [
        sys.executable,
        shared / "replay" / "replay.py",
        "--port",
        str(port),
        "--limit",
        "150",
    ]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()  # says when it listens
        house = Household(home, f"http://127.0.0.1:{port}", tmp_path / "catalogue.csv")
        house.catalogue.write_bytes(asked_of(house, "/catalogue.csv"))
        yield house
        process.terminate()


def asked_of(house, path):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": house.proxy}))
    with opener.open(f"http://replay.invalid{path}", timeout=60) as answer:
        return answer.read()


async def test_recorded_news_is_asked_for_once_and_each_page_placed_or_named(replayed):
    report = await replayed.crawled()
    counts = report["counts"]
    assert counts["page/fetched"] == counts["entry/new"] > 200
    placed = sum(n for name, n in counts.items() if name.startswith("place/"))
    named = sum(n for name, n in counts.items() if name.startswith(("skip/", "dead/", "retry/")))
    assert placed + named == counts["page/fetched"]
    assert await replayed.crawled() == report | {"counts": {}}
