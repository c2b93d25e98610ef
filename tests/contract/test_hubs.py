"""One body for both memories of leases."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.model import FeedId, HubLease
from crawler.store.hubs import MemoryHubs, RedisHubs

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LEASE = HubLease(FeedId("f"), "https://hub.example/", "https://a.example/", "t", "secret", NOW)


@pytest.fixture(params=["memory", "redis"])
def hubs(request):
    return (
        MemoryHubs() if request.param == "memory" else RedisHubs(request.getfixturevalue("server"))
    )


async def test_a_feed_that_never_asked_has_no_lease(hubs):
    assert await hubs.lease(FeedId("f")) is None


async def test_the_last_lease_of_each_feed_is_kept(hubs):
    await hubs.keep(LEASE)
    granted = replace(LEASE, granted=NOW, length_seconds=3_600.0, pushed=NOW, misses=2)
    await hubs.keep(granted)
    await hubs.keep(replace(LEASE, feed=FeedId("g")))
    assert await hubs.lease(FeedId("f")) == granted
    assert (await hubs.lease(FeedId("g"))).granted is None


def test_a_lease_never_shows_its_secrets():
    assert "secret" not in repr(LEASE)
