"""What the guarded client never connects to, however its address is spelled or resolved."""

from collections.abc import AsyncIterator
from ipaddress import ip_network

import pytest
from asked import LIMITS, SAID, Names, refusal

from crawler.middlewares.client import GuardedClient, Proxy
from tests.site.forbidden import FORBIDDEN, LOOPBACK_SPELLINGS
from tests.site.proxy import ForwardProxy
from tests.site.publisher import Publisher


@pytest.fixture
async def canaries() -> AsyncIterator[list[Publisher]]:
    """Servers where no connection may ever arrive."""
    async with Publisher() as four, Publisher(host="::1") as six:
        yield [four, six]


def spelled(address: str, port: int) -> str:
    return f"http://[{address}]:{port}/" if ":" in address else f"http://{address}:{port}/"


@pytest.mark.parametrize("address", FORBIDDEN)
@pytest.mark.parametrize("proxied", [False, True])
async def test_a_forbidden_literal_is_never_connected(canaries, address, proxied):
    client = GuardedClient()
    async with ForwardProxy(("127.0.0.1", canaries[0].port)) as proxy:
        way = Proxy(proxy.url) if proxied else None
        for canary in canaries:
            assert await refusal(client, spelled(address, canary.port), proxy=way) == (
                "blocked-address"
            )
        assert proxy.hits == []
    assert [canary.connections for canary in canaries] == [0, 0]
    await client.close()


@pytest.mark.parametrize("host", [*LOOPBACK_SPELLINGS, "0", "[::1]", "[::ffff:7f00:1]", "[0::1]"])
@pytest.mark.parametrize("proxied", [False, True])
async def test_an_odd_spelling_is_never_connected(canaries, host, proxied):
    client = GuardedClient()
    async with ForwardProxy(("127.0.0.1", canaries[0].port)) as proxy:
        way = Proxy(proxy.url) if proxied else None
        url = f"http://{host}:{canaries[0].port}/"
        expected = {"blocked-address"} if host.isascii() else {"blocked-address", "bad-address"}
        assert await refusal(client, url, proxy=way) in expected
        assert proxy.hits == []
    assert canaries[0].connections == 0
    await client.close()


@pytest.mark.parametrize("host", ["8.8.2056", "0x08080808", "010.8.8.8", "08.8.8.8"])
async def test_an_odd_spelling_of_a_public_address_is_refused_too(host):
    client = GuardedClient()
    assert await refusal(client, f"http://{host}/") == "blocked-address"
    await client.close()


@pytest.mark.parametrize("address", FORBIDDEN)
async def test_a_name_for_a_forbidden_address_is_never_connected(canaries, address):
    client = GuardedClient(resolver=Names(news_example=[address]))
    for canary in canaries:
        assert await refusal(client, f"http://news.example:{canary.port}/") == "blocked-address"
    assert [canary.connections for canary in canaries] == [0, 0]
    await client.close()


async def test_a_name_with_several_forbidden_addresses_is_blocked(canaries):
    names = Names(news_example=["127.0.0.1", "::1", "10.0.0.1", "::ffff:127.0.0.1"])
    client = GuardedClient(resolver=names)
    assert await refusal(client, f"http://news.example:{canaries[0].port}/") == "blocked-address"
    assert canaries[0].connections == 0
    await client.close()


async def test_a_name_that_changes_its_address_is_judged_at_each_connection(site, canaries):
    names = Names(news_example=["127.0.0.1"])
    client = GuardedClient(allowed=[ip_network("127.0.0.1/32")], resolver=names)
    url = f"http://news.example:{site.port}/"
    assert (await client.get(url, SAID, limits=LIMITS)).status == 404
    names.known["news.example"] = ["::1"]
    await client.close()
    assert await refusal(client, f"http://news.example:{canaries[1].port}/") == "blocked-address"
    assert canaries[1].connections == 0
    await client.close()


async def test_the_system_resolver_is_guarded_too(canaries):
    client = GuardedClient()
    assert await refusal(client, f"http://localhost:{canaries[0].port}/") == "blocked-address"
    assert [canary.connections for canary in canaries] == [0, 0]
    await client.close()


async def test_an_opened_network_opens_no_other(site, canaries, client):
    assert (await client.get(site.url("/"), SAID, limits=LIMITS)).status == 404
    assert await refusal(client, canaries[1].url("/")) == "blocked-address"
    assert canaries[1].connections == 0
