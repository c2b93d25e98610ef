"""`scrapy` in this project, as its users know it: list, crawl, settings and arguments."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.site.newsstand import Newsstand

PROJECT = Path(__file__).parents[2]
SCRAPY = Path(sys.executable).with_name("scrapy")


@pytest.fixture
def scrapy(home):
    """Run a command in the project; return exit code, what was printed and what was said."""

    async def command(*arguments: str, proxy: str = ""):
        kept = {name: value for name, value in os.environ.items() if "KORDON" not in name}
        environ = kept | {"KORDON_HOME": str(home), "http_proxy": proxy}
        process = await asyncio.create_subprocess_exec(
            SCRAPY, *arguments, cwd=PROJECT, env=environ, stdout=PIPE, stderr=PIPE
        )
        printed, said = await process.communicate()
        return process.returncode, printed.decode(), said.decode()

    return command


async def test_scrapy_crawls_as_kordon_does(scrapy, tmp_path):
    catalogue = tmp_path / "my.csv"
    async with Newsstand(hosts=2, pages=2) as stand:
        catalogue.write_text(stand.catalogue())
        code, printed, _ = await scrapy(
            "crawl", "feeds", "-a", f"catalog={catalogue}", "-a", "now=0", "-a", "once=1",
            "-s", "HOST_RATE_PER_SECOND=200", "-s", "TOPICS=everything",
            "--logfile", str(tmp_path / "log"), "-L", "INFO", proxy=stand.proxy,
        )  # fmt: skip
        assert (code, stand.pages_asked().total()) == (0, 4)
    assert "2 feeds polled, 4 new entries, 4 pages fetched" in printed
    assert "INFO: Spider opened" in (tmp_path / "log").read_text()


async def test_scrapy_lists_the_spiders(scrapy):
    assert await scrapy("list") == (0, "check\nfeeds\n", "")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("check",), "use kordon feeds verify"),
        (("feeds", "check"), "name one spider: feeds, or one of your own"),
        (("feeds", "-a", "watch"), "give -a as NAME=VALUE"),
        (("feeds", "-a", "watch=perhaps"), "-a watch=perhaps: give 1 or 0"),
        (("feeds", "-a", "max_pages=x"), "Invalid value for '--max-pages'"),
        (("feeds", "-s", "JOBDIR=x"), "-s JOBDIR is not taken"),
    ],
)
async def test_what_cannot_be_meant_is_refused_in_words(scrapy, arguments, problem):
    code, _, said = await scrapy("crawl", *arguments)
    assert code == 2
    assert problem in said


@pytest.mark.parametrize(
    "arguments",
    [
        ("fetch", "--nolog", "http://paper.example/"),
        ("view", "http://paper.example/"),
        ("parse", "--spider", "feeds", "http://paper.example/"),
        ("runspider", "spiders/feeds.py"),
        ("shell", "http://paper.example/"),
        ("bench",),
    ],
    ids=lambda arguments: arguments[0],
)
async def test_a_command_without_the_application_says_what_to_use(scrapy, arguments):
    code, _, said = await scrapy(*arguments)
    assert code == 2
    assert "error: Scrapy was started without Kordon's application; use `scrapy crawl" in said
    assert "Traceback" not in said
