"""Is Scrapy translated faithfully? Real crawls against a publisher on loopback."""

import pytest

from tests.adapter.crawling import crawl
from tests.site import publisher
from tests.site.proxy import ForwardProxy
from tests.site.publisher import Publisher, always, packed


async def test_an_answer_reaches_the_spider_with_its_bytes_untouched(site):
    etag = b'W/"\xe9"'
    url = site.on("/a", packed("br", b"body", headers=[("ETag", etag), ("X", "1"), ("X", "2")]))
    answer = (await crawl(url)).answers[url]
    assert (answer.status, answer.url, answer.body) == (200, url, b"body")
    assert answer.headers["ETag"] == etag
    assert answer.headers.getlist("X") == [b"1", b"2"]
    assert "Content-Encoding" not in answer.headers
    assert str(answer.ip_address) == "127.0.0.1"
    assert answer.meta["download_latency"] > 0


@pytest.mark.parametrize("status", [304, 404, 410, 429, 500, 503])
async def test_every_status_reaches_the_spider(site, status):
    url = site.on("/a", always(status))
    assert (await crawl(url)).answers[url].status == status


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        (publisher.bomb("gzip"), "too-large"),
        (publisher.cut_short(), "truncated"),
        (publisher.silence(), "header-timeout"),
        (publisher.stalled_body(), "body-timeout"),
        (publisher.redirect("file:///etc/passwd"), "scheme"),
        (publisher.redirect("http://u:p@news.example/"), "bad-address"),
        (publisher.redirect("/a"), "too-many-redirects"),
    ],
)
async def test_every_failure_reaches_the_spider_with_its_reason(site, behaviour, reason):
    url = site.on("/a", behaviour)
    short = {"FETCH_HEADER_SECONDS": 0.2, "FETCH_BODY_SECONDS": 0.2}
    assert (await crawl(url, **short)).failures == {url: reason}


async def test_the_limits_are_those_of_the_settings(site):
    url = site.on("/a", always(200, body=bytes(3_000)))
    assert (await crawl(url, FETCH_MAX_BYTES=2_999)).failures == {url: "too-large"}
    assert len((await crawl(url, FETCH_MAX_BYTES=3_000)).answers[url].body) == 3_000


async def test_no_private_network_is_open_unless_the_settings_say_so(site):
    urls = [site.url("/a"), f"http://localhost:{site.port}/a"]
    crawled = await crawl(*urls, FETCH_ALLOW_ADDRESSES=())
    assert crawled.failures == dict.fromkeys(urls, "blocked-address")
    assert site.connections == 0


async def test_a_redirect_to_a_forbidden_address_is_not_followed(site):
    async with Publisher() as canary:
        targets = [f"http://0x7f.2:{canary.port}/", f"http://[::1]:{canary.port}/",
                   f"http://2130706433:{canary.port}/"]  # fmt: skip
        urls = [site.on(f"/{n}", publisher.redirect(to)) for n, to in enumerate(targets)]
        crawled = await crawl(*urls, FETCH_ALLOW_ADDRESSES=("127.0.0.3/32",))
        assert set(crawled.failures.values()) == {"blocked-address"}
        allowed = await crawl(urls[1])  # this time the site itself may be met
        assert allowed.failures == {urls[1]: "blocked-address"}
        assert canary.connections == 0


async def test_neither_cookie_nor_referer_is_sent(site):
    site.on("/b", always(200, body=b"body"))
    url = site.on("/a", publisher.redirect("/b", headers=[("Set-Cookie", "id=1")]))
    await crawl(url)
    said = site.asked("/b")[0].headers
    assert set(said) == {"host", "user-agent", "accept", "accept-encoding"}


async def test_the_proxy_of_the_environment_is_obeyed(site, monkeypatch):
    site.on("/a", always(200, body=b"body"))
    async with ForwardProxy(("127.0.0.1", site.port)) as proxy:
        address = proxy.url.replace("http://", "http://user:word@")
        monkeypatch.setenv("http_proxy", address)
        monkeypatch.setenv("no_proxy", "direct.example")
        urls = ["http://news.example/a", site.url("/a"), "http://10.0.0.1/a"]
        crawled = await crawl(*urls)
        assert {url: answer.body for url, answer in crawled.answers.items()} == {
            urls[0]: b"body",
            urls[1]: b"body",
        }
        assert crawled.failures == {urls[2]: "blocked-address"}
        assert [hit.target for hit in proxy.hits] == [
            "http://news.example/robots.txt",
            "http://news.example/a",
        ]
        assert proxy.hits[0].headers["proxy-authorization"] == "Basic dXNlcjp3b3Jk"
    assert all("proxy-authorization" not in hit.headers for hit in site.hits)
