"""`kordon serve` with a hub: what a crawl beside it finds is announced, and found in the feed."""

import os
import socket
from asyncio import create_subprocess_exec
from asyncio.subprocess import PIPE

import feedparser
import pytest
from household import EVERYTHING, KORDON, telling_household

from tests.site.hub import Hub

PAGES = 3


@pytest.fixture
async def house(home):
    async with telling_household(home, hosts=1, pages=PAGES) as house:
        yield house


async def serving(house, hub, port):
    """Start a server that announces itself to a hub, and return once it follows the topic."""
    own = {
        "KORDON_HOME": str(house.home), "KORDON_HUB_URL": hub.url,
        "KORDON_PUBLIC_URL": f"http://127.0.0.1:{port}", "PATH": os.environ["PATH"],
    }  # fmt: skip
    process = await create_subprocess_exec(
        KORDON, "serve", "--port", str(port), "--quiet", env=own, stderr=PIPE
    )
    assert b"serving at" in await process.stderr.readline()
    async with house.looked_into() as app:
        while await app.announcements.bulletin(EVERYTHING) is None:
            pass  # it is about to look for the first time
    return process


async def test_what_a_crawl_finds_is_announced_and_stands_in_the_feed(house):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    async with Hub() as hub:
        process = await serving(house, hub, port)
        await house.crawled()
        feed = f"http://127.0.0.1:{port}/feeds/everything/all.atom"
        found = feedparser.parse(await hub.has_read(feed))
        process.terminate()
        assert await process.wait() == 0
    assert {link.rel for link in found.feed.links} == {"self", "hub", "alternate"}
    assert 1 <= len(found.entries) <= PAGES
    assert len(hub.told) == len(set(hub.told))
