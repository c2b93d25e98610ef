"""A KORDON_HOME, and the real `kordon` run in it as a process of its own."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import settings
from crawler.app import App, open_app
from crawler.config import Config
from crawler.model import TopicId
from crawler.ports import Census
from tests.site.newsstand import Newsstand

EVERYTHING = TopicId("everything")
KORDON = Path(sys.executable).with_name("kordon")


@dataclass(frozen=True)
class Household:
    """Commands that share one home, one catalogue and one way to the web."""

    home: Path
    proxy: str
    catalogue: Path

    async def start(self, *arguments: str) -> Process:
        """Start `kordon` in a process group of its own, as a terminal or a supervisor would."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("KORDON_") and not name.lower().endswith("_proxy")
        }
        here = {"KORDON_HOME": str(self.home), "http_proxy": self.proxy}
        return await asyncio.create_subprocess_exec(
            KORDON, *arguments, env=kept | here, stdout=PIPE, stderr=PIPE, start_new_session=True
        )

    async def crawl(self, *options: str) -> Process:
        """Start a crawl of what is due."""
        return await self.start(
            "run", "--once", "--json", "--host-rate", "200", "--topic", "everything",
            "--catalog", str(self.catalogue), *options,
        )  # fmt: skip

    async def crawled(self, *options: str) -> dict[str, Any]:
        """Return the report of a whole crawl."""
        return await ended(await self.crawl(*options))

    @asynccontextmanager
    async def looked_into(self) -> AsyncIterator[App]:
        """Yield what the home's commands work with, in this process: starting one costs seconds."""
        config = Config.from_settings(vars(settings), {"KORDON_HOME": str(self.home)})
        async with open_app(config) as app:
            yield app

    async def groups(self) -> Counter[frozenset[str]]:
        """The stories as sets of their members' addresses."""
        async with self.looked_into() as app:
            stories = await app.stories.newest(EVERYTHING, 9_999)
            ids = [member.article for story in stories for member in story.members]
            known = await app.stories.articles(EVERYTHING, ids)
        return Counter(frozenset(known[m.article].url for m in s.members) for s in stories)

    async def census(self) -> Census:
        async with self.looked_into() as app:
            return await app.frontier.census()


async def ended(process: Process) -> Any:
    """Return the document a command printed; its errors fail the test."""
    printed, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return json.loads(printed)


@asynccontextmanager
async def telling_household(home: Path, *, hosts: int, pages: int) -> AsyncIterator[Household]:
    """A newsstand, and a household that takes all it prints and may tell hooks of this machine."""
    async with Newsstand(hosts=hosts, pages=pages) as stand:
        yield _moved_in(home, stand)


def _moved_in(home: Path, stand: Newsstand) -> Household:
    home.mkdir()
    (home / "settings.toml").write_text(
        'HOOK_ALLOW_ADDRESSES = ["127.0.0.0/8"]\nTOPICS = ["everything"]\n'
    )
    catalogue = home.with_name("list.csv")
    catalogue.write_text(stand.catalogue())
    return Household(home, stand.proxy, catalogue)
