from crawler.directory import Directory
from crawler.model import Outlet, OutletId
from crawler.store.memory.subscriptions import MemorySubscriptions

WIRE = Outlet(OutletId("wire"), "Wire", time_zone="Europe/Warsaw")
TOWN = Outlet(OutletId("town"), "Town")


async def test_a_shipped_outlet_is_known():
    directory = Directory(MemorySubscriptions(), [WIRE])
    assert await directory.outlet(WIRE.id) == WIRE
    assert await directory.zone(WIRE.id) == "Europe/Warsaw"


async def test_the_operators_word_about_an_outlet_comes_before_the_shipped_one():
    subscriptions = MemorySubscriptions()
    await subscriptions.add([Outlet(WIRE.id, "The Wire")], [])
    found = await Directory(subscriptions, [WIRE]).outlet(WIRE.id)
    assert found is not None
    assert found.name == "The Wire"


async def test_an_outlet_that_is_added_later_is_found_then():
    subscriptions = MemorySubscriptions()
    directory = Directory(subscriptions, [])
    assert await directory.outlet(TOWN.id) is None
    assert await directory.zone(TOWN.id) == ""
    await subscriptions.add([TOWN], [])
    assert await directory.outlet(TOWN.id) == TOWN
