"""Does every hostile feed and page end under its own name, with its neighbours unharmed?

One crawl meets all of them at once, between honest papers. Deadlines are short, and there are no
retries, so that each fault is told at its first sight.
"""

import asyncio
import os
from dataclasses import dataclass, field

import pytest

from crawler.app import App, open_app
from crawler.cli.run import Plan, work_through
from crawler.cli.session import settings_of_kordon
from crawler.config import Config
from crawler.model import Feed, FeedId, OutletId, TopicId
from crawler.store.server import embedded
from tests.site.newsstand import Newsstand, feed, feed_of, story
from tests.site.publisher import (
    Behaviour,
    Exchange,
    always,
    bomb,
    cut_short,
    endless,
    head,
    packed,
    redirect,
)

HTML = [("Content-Type", "text/html; charset=utf-8")]
XML = [("Content-Type", "application/rss+xml")]
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n%%EOF\n"
EVERYTHING = TopicId("everything")

SETTINGS = """
TOPICS = ["everything"]
HOST_RATE_PER_SECOND = 500
FETCH_HEADER_SECONDS = 3
FETCH_BODY_SECONDS = 3
FEED_DEADLINE_SECONDS = 1.5
PREPARE_DEADLINE_SECONDS = 5
PREPARE_MEMORY_BYTES = 536_870_912  # a parser that has imported everything maps 400 MB
RETRIES = 0
"""


def huge(promised: int = 200_000_000) -> Behaviour:
    """Announce a body of this size, honestly."""

    async def behave(exchange: Exchange) -> None:
        await exchange.send(head(200, [*XML, ("Content-Length", str(promised))]))
        for _ in range(promised // 65_536):
            await exchange.send(bytes(65_536))

    return behave


def item(link: str, **facts: str) -> str:
    rest = "".join(f"<{name}>{text}</{name}>" for name, text in facts.items())
    return f"<item><title>A title</title><link>{link}</link>{rest}</item>"


def rss(*items: str, doctype: str = "", encoding: str = "utf-8") -> bytes:
    document = (
        f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<rss version="2.0"><channel>'
        f"<title>A feed</title>{''.join(items)}</channel></rss>"
    )
    return document.encode("windows-1251" if "Киї" in document else "utf-8")


def laughs() -> bytes:
    """A document of 1 kB whose one entity stands for 3 GB."""
    levels = "".join(
        f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(10)
    )
    return rss(item("http://laughs.example/1", author="&l9;"), doctype=f"<!DOCTYPE x [{levels}]>")


@dataclass
class Endurance:
    """Exchanges that stall until the reader gives up, which is written down among the hits."""

    stand: Newsstand
    meanwhile: dict[str, int] = field(default_factory=dict)  # hits while it stalled

    def stalled(self, name: str, said: bytes) -> Behaviour:
        async def behave(exchange: Exchange) -> None:
            began = len(self.stand.hits)
            await exchange.send(said)
            await exchange.reader.read()
            self.meanwhile[name] = len(self.stand.hits) - began

        return behave


STALLED = {  # what is said before the silence
    "silent": b"",
    "slow": head(200, [("Content-Length", "1000")]) + b"<",
}

FEEDS = {  # what is answered, and how the feed's last poll must read
    "html": (always(200, HTML, b"<html><body>Hello</body></html>"), "failed:not-a-feed"),
    "empty": (always(200, XML), "failed:empty"),
    "huge": (huge(), "failed:too-large"),
    "endless": (endless(), "failed:too-large"),
    "zeros": (bomb("gzip", 200_000_000), "failed:too-large"),
    "not-gzip": (always(200, [("Content-Encoding", "gzip")], b"no"), "failed:bad-encoding"),
    "torn": (packed("gzip", rss() * 99, cut=20), "failed:truncated"),
    "short": (cut_short(), "failed:truncated"),
    "silent": (None, "failed:header-timeout"),
    "slow": (None, "failed:body-timeout"),
    "loop": (redirect("http://loop.example/feed.xml"), "failed:too-many-redirects"),
    "inside": (redirect("http://127.0.0.1:6379/"), "failed:blocked-address"),
    "deep": (always(200, XML, b"<rss><channel>" + b"<a>" * 900_000), "failed:deadline"),
}

READABLE = {  # odd feeds that give their one page all the same
    "mislabelled": rss(item("http://mislabelled.example/1", author="Київ")),
    "author": rss(item("http://author.example/1", author="a" * 65_536 + "(")),
    "laughs": laughs(),
}

PAGES = {  # what is answered, and what the frontier must say of the entry
    "pdf": (always(200, HTML, PDF), "not-html: text/html"),
    "nothing": (always(200, HTML), "empty"),
    "circle": (redirect("http://circle.example/page"), "too-many-redirects"),
    "mute": (None, "header-timeout"),
    "drip": (None, "body-timeout"),
    "flood": (endless(), "too-large"),
    "vacuum": (bomb("gzip", 200_000_000), "too-large"),
    "ditch": (always(200, HTML, b"<div>" * 500_000), "no-text: no main text"),
    "swarm": (
        always(200, HTML, b"<p " + b" ".join(b"a%d=1" % n for n in range(600_000)) + b">"),
        "deadline",
    ),
    "glutton": (always(200, HTML, b"<html><body>" + b"<br>" * 2_000_000), "memory"),
    "crowd": (always(200, HTML, b"<html><body>" + b"<p>x</p>" * 1_000_000), "memory"),
    "localhost": (redirect("http://[::1]/"), "blocked-address"),
}


@dataclass(frozen=True)
class Aftermath:
    """What the crawl left behind."""

    outcomes: dict[str, str]  # of each feed's last poll
    reasons: dict[str, str]  # of each entry that gave no article, by host
    placed: list[str]
    honest: list[str]
    meanwhile: dict[str, int]  # hits on others while one stalled, by who stalled
    unfinished: int


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / "settings.toml").write_text(SETTINGS)
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("KORDON_")]:
            patch.delenv(name)
        patch.setenv("KORDON_HOME", str(home))
        yield asyncio.run(met_by_a_crawl(patch))
    embedded.stop(home)


async def met_by_a_crawl(patch) -> Aftermath:
    async with Newsstand(hosts=4, pages=3) as stand:
        patch.setenv("http_proxy", stand.proxy)
        endurance, feeds = Endurance(stand), among_others(stand)
        for name, said in STALLED.items():
            stand.on(feed_of(f"{name}.example"), endurance.stalled(name, said))
        stand.on("http://mute.example/page", endurance.stalled("mute", STALLED["silent"]))
        stand.on("http://drip.example/page", endurance.stalled("drip", STALLED["slow"]))
        async with open_app(Config.from_settings(settings_of_kordon())) as app:
            await app.ingest.warm()
            await app.frontier.register(feeds)
            await work_through(app, Plan(None, once=True, now=False, max_pages=None), quiet=True)
            return await seen(app, stand, endurance)


def among_others(stand: Newsstand) -> list[Feed]:
    """Open every hostile host beside the honest papers; return all feeds, the hostile first."""
    names = [f"{name}.example" for name in [*FEEDS, *READABLE, *PAGES]]
    for name, (behaviour, _) in FEEDS.items():
        if behaviour:
            stand.on(feed_of(f"{name}.example"), behaviour)
    for name, body in READABLE.items():
        stand.on(feed_of(f"{name}.example"), always(200, XML, body))
        stand.on(f"http://{name}.example/1", always(200, HTML, story(9, len(name), name)))
    for name, (behaviour, _) in PAGES.items():
        url = f"http://{name}.example/page"
        stand.on(feed_of(f"{name}.example"), always(200, XML, feed(name, [url])))
        if behaviour:
            stand.on(url, behaviour)
    return [Feed(FeedId(host), OutletId(host), feed_of(host)) for host in [*names, *stand.hosts]]


async def seen(app: App, stand: Newsstand, endurance: Endurance) -> Aftermath:
    records = [
        record for kind in ("dead", "skipped") for record in await app.frontier.entries(kind, 99)
    ]
    stories = await app.stories.newest(EVERYTHING, 99)
    ids = [member.article for story in stories for member in story.members]
    articles = await app.stories.articles(EVERYTHING, ids)
    census = await app.frontier.census()
    return Aftermath(
        outcomes={state.feed.id: state.last_outcome for state in await app.frontier.feeds()},
        reasons={record.entry.outlet: record.reason for record in records},
        placed=sorted(articles[id_].url for id_ in ids),
        honest=sorted(stand.pages),
        meanwhile=endurance.meanwhile,
        unfinished=census.due + census.leased + census.later,
    )


@pytest.mark.parametrize(("name", "outcome"), [(name, told) for name, (_, told) in FEEDS.items()])
def test_a_hostile_feed_ends_under_its_own_name(aftermath, name, outcome):
    assert aftermath.outcomes[f"{name}.example"] == outcome


@pytest.mark.parametrize(("name", "reason"), [(name, told) for name, (_, told) in PAGES.items()])
def test_a_hostile_page_ends_under_its_own_name(aftermath, name, reason):
    assert aftermath.reasons[f"{name}.example"] == reason


def test_odd_feeds_and_honest_papers_lose_nothing(aftermath):
    odd = [f"http://{name}.example/1" for name in READABLE]
    assert aftermath.placed == sorted([*aftermath.honest, *odd])


def test_nothing_is_left_over(aftermath):
    assert aftermath.unfinished == 0


def test_neighbours_do_not_wait_for_those_who_stall(aftermath):
    assert set(aftermath.meanwhile) == {"silent", "slow", "mute", "drip"}
    assert max(aftermath.meanwhile.values()) > 0
