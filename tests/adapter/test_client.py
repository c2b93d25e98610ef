"""What the guarded client promises, against a real server that misbehaves."""

import asyncio
import ssl
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from asked import LIMITS, LOOPBACK, SAID, Names, refusal

from crawler.middlewares.client import GuardedClient, Limits, Proxy
from tests.site import publisher
from tests.site.certificate import authority
from tests.site.proxy import ForwardProxy
from tests.site.publisher import Publisher, always, packed

SHORT = Limits(timedelta(seconds=0.05), timedelta(seconds=0.05), max_bytes=1_000_000)


# --- what comes ------------------------------------------------------------------------------


async def test_an_answer_comes_as_it_is(site, client):
    url = site.on("/a", always(200, [("ETag", b'W/"\xe9"'), ("X-A", "1"), ("x-a", "2")], b"body"))
    fetched = await client.get(url, SAID, limits=LIMITS)
    assert (fetched.status, fetched.body, fetched.url) == (200, b"body", url)
    assert fetched.headers == ((b"ETag", b'W/"\xe9"'), (b"X-A", b"1"), (b"x-a", b"2"))
    assert fetched.ip == ip_address("127.0.0.1")
    assert fetched.latency > timedelta(0)


async def test_nothing_is_said_but_what_was_asked_for(site, client):
    await client.get(site.url("/a"), SAID, limits=LIMITS)
    assert site.hits[0].headers == {
        "host": f"127.0.0.1:{site.port}",
        "user-agent": "Kordon/0.1",
        "accept-encoding": "gzip, deflate, br",
    }


async def test_a_validator_goes_back_byte_for_byte(site, client):
    etag = 'W/"é, \\ї"'.encode()
    url = site.on("/a", publisher.validated(b"body", etag=etag))
    fetched = await client.get(url, SAID | {"If-None-Match": etag}, limits=LIMITS)
    assert fetched.status == 304


async def test_a_validator_that_cannot_be_repeated_exactly_is_left_out(site, client):
    url = site.on("/a", publisher.validated(b"body", etag=b'"\xe9"'))
    fetched = await client.get(url, SAID | {"If-None-Match": b'"\xe9"'}, limits=LIMITS)
    assert fetched.status == 200
    assert "if-none-match" not in site.hits[0].headers


async def test_no_cookie_is_ever_sent_back(site, client):
    url = site.on("/a", always(200, [("Set-Cookie", "id=1; Path=/")]))
    for _ in range(2):
        await client.get(url, SAID, limits=LIMITS)
    assert "cookie" not in site.hits[1].headers


async def test_an_address_goes_over_the_wire_letter_for_letter(site, client):
    await client.get(site.url("/%7Ea/%D0%bd/b?q=%20+;[x]&&"), SAID, limits=LIMITS)
    assert site.hits[0].target == "/%7Ea/%D0%bd/b?q=%20+;[x]&&"


async def test_a_redirect_is_an_answer(site, client):
    url = site.on("/a", publisher.redirect("/b", 301))
    fetched = await client.get(url, SAID, limits=LIMITS)
    assert (fetched.status, site.asked("/b")) == (301, [])


async def test_one_connection_serves_one_host(site, client):
    url = site.on("/a", packed("gzip", b"body"))
    for _ in range(5):
        await client.get(url, SAID, limits=LIMITS)
    assert (len(site.hits), site.connections) == (5, 1)


async def test_headers_longer_than_a_browser_sends_are_read(site, client):
    url = site.on("/a", always(200, [("Set-Cookie", "a" * 20_000), *[("X", "y")] * 150], b"body"))
    assert (await client.get(url, SAID, limits=LIMITS)).body == b"body"


@pytest.mark.parametrize("coding", publisher.PACKERS)
async def test_a_packed_body_comes_unpacked(site, client, coding):
    url = site.on("/a", packed(coding, b"text " * 10_000))
    fetched = await client.get(url, SAID, limits=LIMITS)
    assert fetched.body == b"text " * 10_000
    assert fetched.headers == ()


async def test_an_answer_without_a_body_is_not_called_broken(site, client):
    url = site.on("/a", always(304, [("Content-Encoding", "gzip")]))
    assert (await client.get(url, SAID, limits=LIMITS)).body == b""


# --- what does not come ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (publisher.silence(), "header-timeout"),
        (publisher.stalled_headers(), "header-timeout"),
        (publisher.stalled_body(), "body-timeout"),
        (publisher.stalled_body(sent=b""), "body-timeout"),
    ],
)
async def test_a_publisher_that_stalls_is_left_in_time(site, client, behaviour, reason):
    assert await refusal(client, site.on("/a", behaviour), SHORT) == reason


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (publisher.cut_short(), "truncated"),
        (
            publisher.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
            "truncated",
        ),
        (packed("gzip", b"text" * 100, cut=9), "truncated"),
        (packed("deflate", b"text" * 100, cut=3), "truncated"),
        (packed("br", b"text" * 100, cut=3), "truncated"),
        (always(200, [("Content-Encoding", "gzip")], b"<html>"), "bad-encoding"),
        (always(200, [("Content-Encoding", "zstd")], b"x"), "bad-encoding"),
        (publisher.raw(b""), "connection-lost"),
        (publisher.raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "protocol"),
        (publisher.raw(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"), "protocol"),
    ],
)
async def test_a_broken_answer_has_a_name(site, client, behaviour, reason):
    assert await refusal(client, site.on("/a", behaviour)) == reason


async def test_more_bytes_than_promised_are_not_taken(site, client):
    answer = publisher.head(200, [("Content-Length", "4")]) + b"bodyHTTP/1.1 200 OK\r\n\r\nevil"
    fetched = await client.get(site.on("/a", publisher.raw(answer)), SAID, limits=LIMITS)
    assert fetched.body == b"body"


@pytest.mark.parametrize("coding", publisher.PACKERS)
async def test_a_bomb_is_too_large(site, client, coding):
    assert await refusal(client, site.on("/a", publisher.bomb(coding))) == "too-large"


async def test_an_endless_body_is_too_large(site, client):
    assert await refusal(client, site.on("/a", publisher.endless())) == "too-large"


async def test_a_body_that_declares_too_much_is_not_even_begun(site, client):
    url = site.on("/a", publisher.stalled_body(promised=LIMITS.max_bytes + 1))
    assert await refusal(client, url) == "too-large"


async def test_the_limit_itself_is_not_too_large(site, client):
    url = site.on("/a", packed("gzip", bytes(LIMITS.max_bytes)))
    assert len((await client.get(url, SAID, limits=LIMITS)).body) == LIMITS.max_bytes


@pytest.mark.parametrize("behaviour", [publisher.endless(b"0123456789"), publisher.bomb("br")])
async def test_a_body_of_which_the_start_is_enough_is_cut(site, client, behaviour):
    enough = Limits(LIMITS.header_deadline, LIMITS.body_deadline, max_bytes=25, whole=False)
    fetched = await client.get(site.on("/a", behaviour), SAID, limits=enough)
    assert len(fetched.body) == 25


async def test_a_connection_with_a_body_left_on_it_is_not_used_again(site, client):
    await refusal(client, site.on("/a", publisher.endless()))
    await client.get(site.on("/b", always(200, body=b"body")), SAID, limits=LIMITS)
    assert site.connections == 2


async def test_nobody_listens(client):
    async with Publisher() as site:
        url = site.url("/a")
    assert await refusal(client, url) == "connection-refused"


async def test_a_name_without_an_address(site):
    client = GuardedClient(allowed=LOOPBACK, resolver=Names())
    assert await refusal(client, "http://nowhere.example/") == "dns"
    await client.close()


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("http://user:word@example.com/", "bad-address"),
        ("http://example.com:25/", "bad-address"),
        ("http://example.com/a b", "bad-address"),
        ("http://example.com/\r\nX: y", "bad-address"),
        ("http://", "bad-address"),
    ],
)
async def test_what_is_no_web_address_is_not_asked(client, url, reason):
    assert await refusal(client, url) == reason


async def test_a_client_that_was_closed_serves_again(site, client):
    await client.get(site.url("/a"), SAID, limits=LIMITS)
    await client.close()
    await client.get(site.url("/a"), SAID, limits=LIMITS)
    assert site.connections == 2


# --- TLS -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's TLS for `news.example`, and that of a client that trusts it."""
    home: Path = tmp_path_factory.mktemp("tls")
    return authority(home, "news.example")


async def test_a_trusted_certificate_is_accepted(certificates):
    served, trusting = certificates
    names = Names(news_example=["127.0.0.1"])
    async with Publisher(tls=served) as site:
        client = GuardedClient(allowed=LOOPBACK, resolver=names, tls=trusting)
        site.on("/a", always(200, body=b"body"))
        fetched = await client.get(site.url("/a", "news.example"), SAID, limits=LIMITS)
        assert fetched.body == b"body"
        await client.close()


@pytest.mark.parametrize("trust", [False, True])
async def test_a_certificate_of_nobody_or_of_another_is_refused(certificates, trust):
    served, trusting = certificates
    names = Names(news_example=["127.0.0.1"], other_example=["127.0.0.1"])
    async with Publisher(tls=served) as site:
        tls = trusting if trust else None
        client = GuardedClient(allowed=LOOPBACK, resolver=names, tls=tls)
        name = "other.example" if trust else "news.example"
        assert await refusal(client, site.url("/a", name)) == "tls"
        assert site.hits == []
        await client.close()


async def test_a_server_that_hangs_up_on_tls_is_lost(site, client):
    assert await refusal(client, site.url("/a").replace("http:", "https:")) == "connection-lost"


async def test_a_server_that_speaks_no_tls_is_refused(client):
    async def confused(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 This is plain HTTP\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(confused, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert await refusal(client, f"https://127.0.0.1:{port}/") == "tls"


# --- proxies ---------------------------------------------------------------------------------


async def test_a_proxy_on_loopback_is_the_operators_choice(site):
    client = GuardedClient()
    site.on("/a", always(200, body=b"body"))
    async with ForwardProxy(("127.0.0.1", site.port)) as proxy:
        way = Proxy(proxy.url, b"Basic dTpw")
        fetched = await client.get("http://news.example/a", SAID, limits=LIMITS, proxy=way)
        assert fetched.body == b"body"
        assert proxy.hits[0].target == "http://news.example/a"
        assert proxy.hits[0].headers["proxy-authorization"] == "Basic dTpw"
    assert "proxy-authorization" not in site.hits[0].headers
    await client.close()


async def test_https_goes_through_the_proxy_in_a_tunnel(certificates):
    served, trusting = certificates
    async with (
        Publisher(tls=served) as site,
        ForwardProxy(("127.0.0.1", site.port)) as proxy,
    ):
        site.on("/a", always(200, body=b"body"))
        client = GuardedClient(tls=trusting)
        way = Proxy(proxy.url, b"Basic dTpw")
        fetched = await client.get("https://news.example/a", SAID, limits=LIMITS, proxy=way)
        assert fetched.body == b"body"
        assert (proxy.hits[0].method, proxy.hits[0].target) == ("CONNECT", "news.example:443")
        assert proxy.hits[0].headers["proxy-authorization"] == "Basic dTpw"
        assert "proxy-authorization" not in site.hits[0].headers
        await client.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_this_machine_is_never_asked_through_a_proxy(site, client, host):
    site.on("/a", always(200, body=b"body"))
    async with ForwardProxy(("127.0.0.1", site.port)) as proxy:
        url = site.url("/a", host)
        fetched = await client.get(url, SAID, limits=LIMITS, proxy=Proxy(proxy.url))
        assert (fetched.body, proxy.hits) == (b"body", [])


async def test_a_proxy_that_is_away_or_refuses_has_a_name(site):
    client = GuardedClient()
    async with ForwardProxy(("127.0.0.1", site.port), refuses_with=403) as proxy:
        way = Proxy(proxy.url)
        assert await refusal(client, "https://news.example/", proxy=way) == "proxy"
    assert await refusal(client, "http://news.example/", proxy=way) == "proxy"
    await client.close()


async def test_many_questions_at_once_do_not_wait_for_each_other(site, client):
    everyone_came, waiting = asyncio.Event(), []

    async def together(exchange: publisher.Exchange) -> None:
        waiting.append(exchange)
        if len(waiting) == 150:
            everyone_came.set()
        await everyone_came.wait()
        await exchange.reply(200)

    url = site.on("/a", together)
    await asyncio.gather(*[client.get(url, SAID, limits=LIMITS) for _ in range(150)])
