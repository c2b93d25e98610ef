"""`kordon demo --page`: the demo's stories as a page, in a home that is gone afterwards."""

import asyncio
import signal
import urllib.request

import pytest
from household import Household


@pytest.fixture
def house(tmp_path):
    return Household(tmp_path / "home", "http://127.0.0.1:9", tmp_path / "none")


async def test_the_page_shows_the_demo_and_never_touches_the_operators_home(house):
    process = await house.start("demo", "--page", "--port", "0")
    said = []
    while "the page is at " not in (said[-1] if said else ""):
        said.append((await process.stderr.readline()).decode())
        assert said[-1], said
    address = said[-1].split()[-1]

    def fetch(path):
        with urllib.request.urlopen(f"{address}{path}") as answer:
            return answer.read().decode()

    assert "<html" in await asyncio.to_thread(fetch, "")
    assert '"ukraine-border"' in await asyncio.to_thread(fetch, "api/v1/topics")
    process.send_signal(signal.SIGINT)
    printed, _ = await process.communicate()
    assert process.returncode == int("differs:" in printed.decode())  # as without a page
    assert "stories" in printed.decode()
    assert not house.home.exists()


async def test_a_page_and_a_json_document_exclude_each_other(house):
    process = await house.start("demo", "--page", "--json")
    _, said = await process.communicate()
    assert process.returncode == 2
    assert "exclude each other" in said.decode()
