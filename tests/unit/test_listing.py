from datetime import UTC, datetime, timedelta

import pytest

from crawler.catalog.changes import at_rest, settled, single
from crawler.catalog.outlets import Catalogue, feed_id
from crawler.errors import ConfigError
from crawler.listing import Listing
from crawler.model import Feed, Outlet, OutletId
from crawler.store.clock import SimulatedClock
from crawler.store.memory.frontier import MemoryFrontier
from crawler.store.memory.subscriptions import MemorySubscriptions

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WIRE = Outlet(OutletId("wire"), "Wire", "https://www.wire.example/", "PL")
TOWN = Outlet(OutletId("town"), "Town", "https://town.example/")


def a_feed(outlet: Outlet, path="rss", **facts) -> Feed:
    url = f"https://{outlet.id}.example/{path}"
    return Feed(feed_id(url), outlet.id, url, **facts)


SHIPPED = Catalogue((WIRE,), (a_feed(WIRE), a_feed(WIRE, "old", enabled=False, verified=False)))
OWN = Catalogue((TOWN,), (a_feed(TOWN),))


@pytest.fixture
def frontier():
    day = timedelta(days=1)
    return MemoryFrontier(
        SimulatedClock(NOW), host_pause=timedelta(0), lease=day, seen_window=day, dead_window=day
    )


@pytest.fixture
def listing(frontier):
    return Listing(MemorySubscriptions(), frontier, SHIPPED)


async def scheduled(frontier) -> set[str]:
    return {state.feed.url for state in await frontier.feeds() if state.feed.enabled}


async def test_without_a_list_the_whole_catalogue_is_registered(listing, frontier):
    assert await listing.register() == ()
    assert await scheduled(frontier) == {a_feed(WIRE).url}
    assert len(await frontier.feeds()) == 2


async def test_a_given_list_is_registered_alone_and_taken_in(listing, frontier):
    await listing.register(OWN)
    assert await scheduled(frontier) == {a_feed(TOWN).url}
    assert (await listing.catalogue()).outlets == (WIRE, TOWN)


async def test_shipped_feeds_at_rest_leave_the_schedule_and_the_operators_own_stay(
    listing, frontier
):
    await listing.register()
    resting = Listing(MemorySubscriptions(), frontier, at_rest(SHIPPED))
    await resting.add(OWN)
    await resting.register()
    assert await scheduled(frontier) == {a_feed(TOWN).url}
    assert (await resting.catalogue()).outlets == (WIRE, TOWN)


async def test_a_shipped_feed_at_rest_that_a_list_names_is_polled(frontier):
    resting = Listing(MemorySubscriptions(), frontier, at_rest(SHIPPED))
    await resting.take_in(Catalogue((WIRE,), (a_feed(WIRE),)))
    await resting.register()
    assert await scheduled(frontier) == {a_feed(WIRE).url}


async def test_a_removed_feed_does_not_come_back_with_a_list(listing, frontier):
    await listing.register(OWN)
    await listing.remove(OWN.feeds)
    assert await listing.register(OWN) == OWN.feeds
    assert await scheduled(frontier) == set()


async def test_a_list_that_is_taken_in_leaves_removed_feeds_out(listing):
    await listing.remove([a_feed(WIRE)])
    given = Catalogue((WIRE, TOWN), (a_feed(WIRE), a_feed(TOWN)))
    taken = await listing.take_in(given)
    assert (taken.new.feeds, taken.unwanted) == (OWN.feeds, (a_feed(WIRE),))
    assert a_feed(WIRE) not in (await listing.catalogue()).feeds


async def test_a_removed_feed_comes_back_when_it_is_added(listing, frontier):
    await listing.register()
    await listing.remove([a_feed(WIRE)])
    assert await scheduled(frontier) == set()
    assert (await listing.add(Catalogue((), (a_feed(WIRE),)))).feeds == (a_feed(WIRE),)
    await listing.register()
    assert await scheduled(frontier) == {a_feed(WIRE).url}


async def test_a_feed_that_nobody_registered_can_be_removed(listing, frontier):
    await listing.remove([a_feed(WIRE)])
    assert await frontier.feeds() == []
    assert a_feed(WIRE) not in (await listing.catalogue()).feeds


async def test_adding_what_is_known_changes_nothing(listing):
    assert await listing.add(SHIPPED) == Catalogue((), ())


def test_a_list_without_facts_gives_feeds_to_the_outlets_of_their_hosts():
    stranger = Outlet(OutletId("wire.example"), "wire.example")
    url = "https://wire.example/new"
    given = Catalogue((stranger, TOWN), (Feed(feed_id(url), stranger.id, url), a_feed(TOWN)))
    found = settled(given, SHIPPED)
    assert [feed.outlet for feed in found.feeds] == ["wire", "town"]
    assert found.outlets == (TOWN,)


def test_a_known_feed_of_such_a_list_keeps_its_facts_and_is_enabled():
    old = SHIPPED.feeds[1]
    given = Catalogue((Outlet(OutletId("x"), "x"),), (Feed(old.id, OutletId("x"), old.url),))
    (found,) = settled(given, SHIPPED).feeds
    assert (found.outlet, found.enabled, found.verified) == ("wire", True, False)


def test_a_single_feed_of_a_known_host_keeps_its_outlets_facts():
    one = single("https://wire.example/new", {}, SHIPPED, "A title")
    assert one.outlets == (WIRE,)


def test_facts_that_are_given_take_the_place_of_known_ones():
    (outlet,) = single("https://wire.example/new", {"name": "The Wire"}, SHIPPED).outlets
    assert (outlet.id, outlet.name, outlet.country) == ("wire", "The Wire", "PL")


def test_a_new_outlet_is_called_as_its_feed_is():
    (outlet,) = single("https://news.example/rss", {}, SHIPPED, "News, daily").outlets
    assert (outlet.id, outlet.name) == ("news.example", "News, daily")


def test_an_unusable_address_is_refused():
    with pytest.raises(ConfigError, match="cannot be polled"):
        single("gopher://news.example/", {}, SHIPPED)
