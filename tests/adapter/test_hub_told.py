"""A hub told over real connections: of every feed, once it shows the change, and no more."""

import asyncio
import socket
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network

import feedparser
import pytest
import uvicorn
from served import TOPIC, a_stand, an_article, another

from crawler.access import Role
from crawler.cli.announcing import feeds_holding
from crawler.cli.delivering import Sender
from crawler.dedup.placement import decide
from crawler.middlewares.client import GuardedClient
from crawler.model import WorkerId
from crawler.ports import Window
from crawler.schedule.announcing import PAUSE
from crawler.serve.application import application
from crawler.workers.herald import READ_MOST, Herald
from tests.site.hub import Hub

LOOPBACK = (ip_network("127.0.0.0/8"),)
HOUR = timedelta(hours=1)


class Server(uvicorn.Server):
    """Uvicorn on the test's own loop, which keeps its signals."""

    @asynccontextmanager
    async def answering(self, door):
        task = asyncio.create_task(self._serve([door]))
        try:
            yield
        finally:
            self.should_exit = True
            await task


class House:
    """An installation that answers, its hub, and the worker between them."""

    def __init__(self, stand, hub, client):
        self.stand, self.hub, self.client = stand, hub, client
        self.announcements = stand.service.announcements
        self.herald = self.a_herald()

    def a_herald(self, name="one", *, ping=None, published=None):
        """A worker that finds what the others left."""
        service = self.stand.service
        sender = Sender(self.client, service.clock, "Kordon/test", timedelta(seconds=5))

        async def guarded(feed):
            return await sender.ping(self.hub.url, f"{service.public_url}{feed}")

        async def reached(topic):
            return service.indexes[topic].position

        return Herald(
            self.announcements, published or service.published, ping or guarded, reached=reached,
            feeds_of=feeds_holding, clock=service.clock, worker=WorkerId(name), lease=HOUR,
            dice=lambda: 0.5,
        )  # fmt: skip

    async def tell(self, herald=None):
        """Let the worker tell what there is; return what the hub was told meanwhile, as paths."""
        before = len(self.hub.told)
        await (herald or self.herald).tell(TOPIC)
        base = self.stand.service.public_url
        return [url.removeprefix(base) for url in self.hub.told[before:]]


def trimmed(house):
    """The changes of a house as they are when all but the last are gone."""

    class Trimmed(type(house.stand.service.published)):
        def __init__(self, stories):
            super().__init__(stories)
            self.read = []  # how many stories were asked for, each time

        async def window(self, topic):
            window = await super().window(topic)
            return Window(window.last, window.last, window.last)

        async def payloads(self, topic, stories):
            self.read.append(len(stories))
            return await super().payloads(topic, stories)

    return Trimmed(house.stand.service.stories)


@pytest.fixture
async def house(tmp_path):
    door = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{door.getsockname()[1]}"
    client = GuardedClient(allowed=LOOPBACK)
    async with Hub() as hub:
        stand = await a_stand(tmp_path, public_url=address, hub_url=hub.url)
        config = uvicorn.Config(stand.app, log_level="warning", lifespan="off")
        async with Server(config).answering(door):
            opened = House(stand, hub, client)
            await opened.tell()
            yield opened
        await client.close()
    for index in stand.service.indexes.values():
        index.close()


def formats(*paths):
    return {f"/feeds/{TOPIC}/{path}.{form}" for path in paths for form in ("rss", "atom", "json")}


async def test_the_hub_is_told_of_each_feed_that_holds_the_story_and_finds_it_there(house):
    await house.stand.place(another("lone", title="News", places=("x-pl-krakovets-korczowa",)))
    told = await house.tell()
    assert len(told) == len(set(told))
    crossing = "x-pl-krakovets-korczowa"
    assert set(told) == formats(
        "all", "language/en", "outlet/town", f"place/{crossing}", f"crossing/{crossing}",
        "country/PL", "country/UA", "border/UA-PL",
    )  # fmt: skip
    for url, (link, body) in house.hub.read.items():
        assert link == f'<{house.hub.url}>; rel="hub", <{url}>; rel="self"'
        assert b"News" in body


async def test_the_feeds_of_what_split_off_are_told_of(house):
    copy = an_article("two", outlet="open")
    story, _ = await house.stand.place(an_article(), copy)
    await house.tell()
    house.stand.clock.advance(PAUSE)
    await house.stand.service.rule.split(TOPIC, story, [copy.id], "olena", "two queues")
    await house.stand.index()
    assert formats("outlet/town", "outlet/open") <= set(await house.tell())


async def test_a_reader_finds_the_hub_in_the_feed_it_read(house):
    await house.stand.place(another("lone"))
    told = await house.tell()
    for form in ("atom", "rss"):
        url = f"{house.stand.service.public_url}/feeds/{TOPIC}/all.{form}"
        links = feedparser.parse(house.hub.read[url][1]).feed.links
        named = {link.rel: link.href for link in links}
        assert (named["hub"], named["self"]) == (house.hub.url, url)
    assert told


async def test_nothing_is_told_before_the_feed_shows_it(house):
    stories = house.stand.service.stories
    await stories.place(TOPIC, another("lone"), decide)
    assert await house.tell() == []
    await house.stand.index()
    assert f"/feeds/{TOPIC}/all.atom" in await house.tell()


async def test_a_feed_that_changes_often_is_told_of_at_once_and_again_after_a_pause(house):
    await house.stand.place(another("one"))
    first = await house.tell()
    for number in range(5):
        await house.stand.place(another(f"more{number}"))
        assert await house.tell() == []
    house.stand.clock.advance(PAUSE)
    assert sorted(await house.tell()) == sorted(first)
    house.stand.clock.advance(PAUSE)
    assert await house.tell() == []


async def test_a_hub_that_is_away_is_told_later_by_whoever_works_then(house):
    house.hub.will(503, 500, 204)
    await house.stand.place(another("one"))
    assert len(await house.tell()) == 1  # it rests after the first refusal
    restarted = house.a_herald("two")
    assert await house.tell(restarted) == []
    house.stand.clock.advance(timedelta(seconds=2))
    assert len(await house.tell(restarted)) == 1
    house.stand.clock.advance(HOUR)
    assert set(await house.tell(restarted)) == formats("all", "language/en", "outlet/town")
    assert set(house.hub.read) == set(house.hub.told)


async def test_operators_see_what_a_hub_that_is_away_has_still_to_be_told(house):
    house.hub.will(503)
    await house.stand.place(another("one"))
    await house.tell()
    async with house.stand.client() as api:
        told = (await api.get("/metrics")).text.splitlines()
    assert f'kordon_hub_feeds_owed{{topic="{TOPIC}"}} 9.0' in told
    assert f'kordon_hub_failures{{topic="{TOPIC}"}} 1.0' in told


async def test_what_a_killed_worker_had_in_hand_is_told_again(house):
    async def killed(feed):
        raise asyncio.CancelledError

    await house.stand.place(another("one"))
    with pytest.raises(asyncio.CancelledError):
        await house.a_herald("dead", ping=killed).tell(TOPIC)
    assert set(await house.tell()) == formats("all", "language/en", "outlet/town")


async def test_two_workers_tell_each_change_once(house):
    await house.stand.place(an_article(), an_article("two", outlet="open"))
    await asyncio.gather(house.tell(), house.tell(house.a_herald("two")))
    assert len(house.hub.told) == len(set(house.hub.told)) > 0


async def test_a_worker_that_overslept_tells_of_all_stories_since(house):
    house.stand.clock.advance(HOUR)
    await house.stand.place(another("one", language="uk"), another("two", outlet="open"))

    told = await house.tell(house.a_herald("late", published=trimmed(house)))
    assert set(told) == formats("all", "language/en", "language/uk", "outlet/town", "outlet/open")


async def test_after_any_number_of_changes_so_many_stories_are_read_at_once(house):
    house.stand.clock.advance(HOUR)
    many = [another(f"n{n}", language="uk" if n < 5 else "en") for n in range(READ_MOST + 5)]
    await house.stand.place(*many)
    published = trimmed(house)
    await house.a_herald("late", published=published).tell(TOPIC)
    assert published.read == [READ_MOST, 5]
    owed = {notice.feed for notice in (await house.announcements.bulletin(TOPIC)).notices}
    assert owed >= formats("all", "language/uk", "language/en")


async def test_a_story_that_is_gone_changes_the_feed_of_the_topic(house):
    (story,) = await house.stand.place(another("one"))
    await house.tell()
    house.stand.clock.advance(PAUSE)
    kept = await house.stand.service.stories.story(TOPIC, story)
    await house.stand.service.forget.articles([kept.canonical], "asked to")
    await house.stand.index()
    assert set(await house.tell()) == formats("all")


async def test_an_installation_without_a_hub_names_none(stand, api):
    await stand.place(another("one"))
    for form in ("atom", "rss", "json"):
        answer = await api.get(f"/feeds/{TOPIC}/all.{form}")
        assert "link" not in answer.headers
        assert "hub" not in answer.text


async def test_json_feeds_name_the_hub_and_the_public_address(house):
    service = replace(house.stand.service, public_url="https://news.example.org")
    async with replace(house.stand, app=application(service)).client(Role.READER) as api:
        answer = await api.get(f"/feeds/{TOPIC}/all.json")
        again = await api.get(
            f"/feeds/{TOPIC}/all.json", headers={"If-None-Match": answer.headers["etag"]}
        )
        listed = (await api.get("/feeds.opml")).text
    assert f'xmlUrl="https://news.example.org/feeds/{TOPIC}/all.atom"' in listed
    assert answer.json()["hubs"] == [{"type": "WebSub", "url": house.hub.url}]
    assert answer.json()["feed_url"] == f"https://news.example.org/feeds/{TOPIC}/all.json"
    assert (again.status_code, again.headers["link"]) == (304, answer.headers["link"])
