"""One table of forbidden addresses for every way of fetching; the canaries are never reached."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from scrapy import Request

from crawler.config import Config
from crawler.errors import SourceError
from crawler.middlewares.client import GuardedClient
from crawler.middlewares.handler import GuardedDownloadHandler
from crawler.middlewares.manners import FURTHER, HUB
from tests.adapter.crawling import IN_TESTS, SHIPPED, Asker, app_for, crawler_for
from tests.adapter.test_manners import World
from tests.site.forbidden import FORBIDDEN, LOOPBACK_SPELLINGS, OTHER_SPELLINGS
from tests.site.publisher import Publisher, redirect

PUBLISHER = "127.0.0.2"  # the one address that is opened
CONFIG = Config.from_settings(
    SHIPPED | IN_TESTS | {"FETCH_ALLOW_ADDRESSES": (f"{PUBLISHER}/32",)}, {}
)
ADDRESSES = {*FORBIDDEN, *LOOPBACK_SPELLINGS, *OTHER_SPELLINGS}
LEAST_ADDRESSES = 80
REFUSED = frozenset({"blocked-address", "bad-address"})


@pytest.fixture
async def canary() -> AsyncIterator[Publisher]:
    async with Publisher(host="127.0.0.1") as running:
        yield running


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with Publisher(host=PUBLISHER) as running:
        yield running


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World(app_for(CONFIG))
    made._handler = GuardedDownloadHandler(
        crawler_for(Asker), GuardedClient(allowed=CONFIG.allow_networks)
    )
    yield made
    await made.close()


Way = Callable[[World, Publisher, str], Awaitable[object]]


async def directly(world: World, _: Publisher, url: str) -> object:
    return await world.download(Request(url))


async def by_redirect(world: World, publisher: Publisher, url: str) -> object:
    return await world.download(Request(publisher.on("/moved", redirect(url))))


async def by_robots(world: World, publisher: Publisher, url: str) -> object:
    publisher.on("/robots.txt", redirect(url))
    return await world.download(Request(publisher.url("/feed")))


async def further(world: World, _: Publisher, url: str) -> object:
    return await world.download(Request(url, meta={FURTHER: True}))


async def to_hub(world: World, _: Publisher, url: str) -> object:
    form = b"hub.mode=subscribe"
    return await world.download(Request(url, method="POST", body=form, meta={HUB: True}))


async def by_hubs_redirect(world: World, publisher: Publisher, url: str) -> object:
    hub = publisher.on("/hub", redirect(url, 307))
    return await world.download(Request(hub, method="POST", body=b"x", meta={HUB: True}))


WAYS = {
    "a feed or a page": directly,
    "a hop of a redirect": by_redirect,
    "a hop of the robots file": by_robots,
    "a sitemap or an archive": further,
    "a hub": to_hub,
    "a hop of a hub": by_hubs_redirect,
}


def test_the_table_is_long_enough():
    assert len(ADDRESSES) >= LEAST_ADDRESSES


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_no_way_of_fetching_reaches_a_forbidden_address(world, publisher, canary, way):
    reached: dict[str, str] = {}
    for host in ADDRESSES:
        name = f"[{host}]" if ":" in host else host
        reason = await refusal(world, publisher, f"http://{name}:{canary.port}/secret", way)
        if reason not in REFUSED:
            reached[host] = reason
        world.clock.advance(CONFIG.robots_lifetime)
    assert reached == {}
    assert canary.connections == 0


async def refusal(world: World, publisher: Publisher, url: str, way: Way) -> str:
    try:
        await way(world, publisher, url)
    except SourceError as error:
        return error.reason
    return "reached"


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
async def test_the_same_ways_lead_to_an_address_that_is_open(world, publisher, way):
    async with Publisher(host=PUBLISHER) as other:
        url = other.on("/open", redirect("/there"))
        if way is by_robots:
            await way(world, publisher, url)
            assert other.asked("/there")
            return
        await way(world, publisher, url)
        assert other.asked("/open")
