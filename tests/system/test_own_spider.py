"""A contributor's own spider, as the how-to writes it: its pages become stories."""

import os
import re
import shutil
import subprocess
import sys
from asyncio import to_thread
from pathlib import Path

import pytest

from tests.site.newsstand import Newsstand
from tests.site.publisher import always

PROJECT = Path(__file__).parents[2]
HOW_TO = PROJECT / "docs" / "how-to" / "add-a-spider.md"
LISTED = "http://paper-0.example/archive"


@pytest.fixture
def project(tmp_path):
    """The project's folder with one spider more."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECT / "spiders", folder / "spiders")
    for name in ("crawler", "pipelines", "settings.py", "scrapy.cfg"):
        (folder / name).symlink_to(PROJECT / name)
    (example,) = re.findall(r"^```python\n(.*?)^```", HOW_TO.read_text(), re.MULTILINE | re.DOTALL)
    (folder / "spiders" / "archive.py").write_text(example)
    return folder


@pytest.fixture
def command(home, project):
    """Run a program of ours in that folder; return exit code, what was printed and said."""

    async def run(program, *arguments, proxy=""):
        kept = {name: value for name, value in os.environ.items() if "KORDON" not in name}
        environ = kept | {"KORDON_HOME": str(home), "http_proxy": proxy, "PYTHONPATH": str(project)}
        done = await to_thread(
            subprocess.run, [Path(sys.executable).with_name(program), *arguments],
            cwd=project, env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    return run


async def test_its_pages_become_stories(command):
    async with Newsstand(hosts=2, pages=2) as stand:
        links = "".join(f'<a class="story" href="{url}">x</a>' for url in stand.pages)
        stand.on(LISTED, always(200, [("Content-Type", "text/html")], links.encode()))
        code, printed, said = await command(
            "kordon", "work", "spider", "archive", "outlet=paper-0", f"page={LISTED}",
            "--topic", "everything", "--host-rate", "200", proxy=stand.proxy,
        )  # fmt: skip
        assert (code, stand.pages_asked().total()) == (0, 4), said
        assert "4 pages fetched, 4 articles placed" in printed


async def test_scrapy_starts_it_too(command):
    async with Newsstand(hosts=1, pages=1) as stand:
        stand.on(LISTED, always(200, [("Content-Type", "text/html")], b"<p>Nothing yet.</p>"))
        code, printed, said = await command(
            "scrapy", "crawl", "archive", "-a", "outlet=paper-0", "-a", f"page={LISTED}",
            "-s", "TOPICS=everything", "-s", "HOST_RATE_PER_SECOND=200", proxy=stand.proxy,
        )  # fmt: skip
        assert (code, stand.times_asked()[LISTED]) == (0, 1), said
    assert "0 pages fetched" in printed


async def test_a_page_that_cannot_be_had_is_counted_with_its_reason(command):
    async with Newsstand(hosts=1, pages=1) as stand:
        stand.on(
            "http://paper-0.example/robots.txt", always(200, (), b"User-agent: *\nDisallow: /")
        )
        code, printed, said = await command(
            "kordon", "work", "spider", "archive", "outlet=paper-0", f"page={LISTED}",
            "--host-rate", "200", proxy=stand.proxy,
        )  # fmt: skip
        assert (code, stand.times_asked()[LISTED]) == (0, 0), said
    assert "skipped: 1 robots" in printed


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("feeds",), "use kordon run"),
        (("check",), "use kordon feeds verify"),
        (("archiv",), "there is no spider 'archiv' in spiders/; known are archive"),
        (("archive", "outlet"), "'outlet' says nothing to a spider; write NAME=VALUE"),
        (("archive", "outlet=a"), "archive needs page; write page=..."),
    ],
)
async def test_what_it_cannot_be_started_with_is_refused_in_words(command, arguments, problem):
    code, _, said = await command("kordon", "work", "spider", *arguments)
    assert code == 2
    assert problem in said
