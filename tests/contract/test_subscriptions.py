"""One body for the operator's own feeds: the memory twin and a real server."""

from dataclasses import replace

import pytest

from crawler.catalog.changes import Changes
from crawler.catalog.outlets import feed_id
from crawler.model import Feed, Outlet, OutletId, Redistribution
from crawler.store import keys
from crawler.store.memory.subscriptions import MemorySubscriptions
from crawler.store.subscriptions import RedisSubscriptions

TOWN = Outlet(
    OutletId("town"), "Містечко", "https://town.example/", "UA", ("uk", "ru"), "regional", True,
    "Europe/Kyiv", Redistribution.LINK, 7, True,
)  # fmt: skip
CITY = Outlet(OutletId("city"), "City")


def a_feed(url="https://town.example/rss", outlet="town", **facts) -> Feed:
    return Feed(feed_id(url), OutletId(outlet), url, **facts)


@pytest.fixture(params=["memory", "redis"])
def subscriptions(request):
    if request.param == "memory":
        return MemorySubscriptions()
    return RedisSubscriptions(request.getfixturevalue("server"))


async def test_nothing_is_remembered_at_first(subscriptions):
    assert await subscriptions.changes() == Changes()
    assert await subscriptions.outlet(TOWN.id) is None


async def test_outlets_and_feeds_come_back_as_they_were_given(subscriptions):
    feed = a_feed(enabled=False, verified=False)
    await subscriptions.add([TOWN, CITY], [feed])
    assert await subscriptions.changes() == Changes((CITY, TOWN), (feed,))
    assert await subscriptions.outlet(TOWN.id) == TOWN


async def test_the_last_word_about_a_feed_or_outlet_counts(subscriptions):
    await subscriptions.add([TOWN], [a_feed(enabled=False)])
    await subscriptions.add([replace(TOWN, name="Town")], [a_feed()])
    changes = await subscriptions.changes()
    assert [outlet.name for outlet in changes.outlets] == ["Town"]
    assert [feed.enabled for feed in changes.feeds] == [True]


async def test_a_removed_feed_is_forgotten_and_stays_removed(subscriptions):
    await subscriptions.add([TOWN], [a_feed()])
    await subscriptions.remove([a_feed().id])
    assert await subscriptions.changes() == Changes((TOWN,), (), frozenset({a_feed().id}))


async def test_a_feed_that_was_never_added_can_be_removed(subscriptions):
    await subscriptions.remove([a_feed().id])
    assert (await subscriptions.changes()).removed == {a_feed().id}


async def test_a_removed_feed_that_is_added_again_is_wanted_again(subscriptions):
    await subscriptions.remove([a_feed().id])
    await subscriptions.add([TOWN], [a_feed()])
    assert await subscriptions.changes() == Changes((TOWN,), (a_feed(),))


async def test_nothing_to_add_or_remove_is_no_error(subscriptions):
    await subscriptions.add([], [])
    await subscriptions.remove([])
    assert await subscriptions.changes() == Changes()


async def test_on_the_server_they_stand_in_the_crawls_slot(server):
    await RedisSubscriptions(server).add([TOWN], [a_feed()])
    await RedisSubscriptions(server).remove([a_feed("https://town.example/other").id])
    written = {name.decode() for name in await server.keys("*")}
    assert written == set(keys.subscriptions().values())
    assert all("{crawl}" in name for name in written)
