"""Is the demo world, asked through its proxy, what publishers really send?"""

import gzip
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPMessage
from urllib.parse import urlsplit

import feedparser
import pytest
from trafilatura import extract

from crawler.demo.publishers import DemoFeed, Fault, FeedFormat, Kin
from crawler.demo.server import DemoServer, served
from crawler.demo.world import World, load
from crawler.model import SkipReason

NOW = datetime(2026, 3, 14, 15, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: HTTPMessage
    body: bytes


def ask(proxy_url: str, url: str, method: str = "GET", **headers: str) -> Reply:
    connection = HTTPConnection(urlsplit(proxy_url).netloc, timeout=10)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, url, headers=names)
    answer = connection.getresponse()
    reply = Reply(answer.status, answer.headers, answer.read())
    connection.close()
    return reply


@pytest.fixture(scope="module")
def world() -> World:
    return load(NOW)


@pytest.fixture(scope="module")
def proxy(world: World) -> Iterator[str]:
    with served(world, slow_seconds=0) as proxy_url:
        yield proxy_url


def feeds_of(world: World, *faults: Fault):
    return [(o, f) for o in world.outlets for f in o.feeds if f.fault in faults]


def test_every_readable_feed_lists_its_pages_with_their_own_titles(world, proxy):
    readable = {Fault.NONE, Fault.MALFORMED, Fault.SLOW, Fault.MISLABELLED}
    for outlet, feed in feeds_of(world, *readable):
        reply = ask(proxy, feed.url)
        listed = [(page.url, page.headline) for page in world.listed(outlet, feed)]
        assert entries(reply, feed) == listed


def entries(reply: Reply, feed: DemoFeed) -> list[tuple[str, str]]:
    if feed.format is FeedFormat.JSON:
        return [(item["url"], item["title"]) for item in json.loads(reply.body)["items"]]
    kind = {"content-type": reply.headers["Content-Type"], "content-location": feed.url}
    parsed = feedparser.parse(reply.body, response_headers=kind)
    return [(entry.link, entry.title) for entry in parsed.entries]


def test_only_the_malformed_feed_is_not_well_formed(world, proxy):
    for _, feed in feeds_of(world, Fault.NONE, Fault.MALFORMED, Fault.SLOW):
        if feed.format is not FeedFormat.JSON:
            body = ask(proxy, feed.url).body
            assert bool(feedparser.parse(body).bozo) == (feed.fault is Fault.MALFORMED)


def test_every_article_can_be_told_from_what_stands_around_it(world, proxy):
    for page in world.pages:
        if page.story:
            reply = ask(proxy, page.url)
            html = reply.body.decode(page.outlet.encoding)
            found = set(words(extract(html, fast=True) or ""))
            assert len(set(words(" ".join(page.paragraphs))) - found) <= 2, page.key


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def test_some_pages_say_when_they_were_published_and_some_do_not(world, proxy):
    dated = {
        page.outlet.skin: b"datePublished" in (body := ask(proxy, page.url).body)
        or b"published_time" in body
        for page in world.pages
        if page.story
    }
    assert set(dated.values()) == {True, False}


def test_a_reader_who_has_the_feed_is_told_that_nothing_changed(world, proxy):
    url = world.outlets[0].feeds[0].url
    first = ask(proxy, url)
    by_tag = ask(proxy, url, If_None_Match=first.headers["ETag"])
    by_date = ask(proxy, url, If_Modified_Since=first.headers["Last-Modified"])
    assert (by_tag.status, by_tag.body) == (304, b"")
    assert (by_date.status, by_date.body) == (304, b"")
    assert by_tag.headers["ETag"] == first.headers["ETag"]


def test_the_tag_decides_when_both_validators_are_sent(world, proxy):
    url = world.outlets[0].feeds[0].url
    stamp = ask(proxy, url).headers["Last-Modified"]
    assert ask(proxy, url, If_None_Match='"other"', If_Modified_Since=stamp).status == 200


def test_pages_can_be_asked_conditionally_too(world, proxy):
    page = next(page for page in world.pages if page.story)
    tag = ask(proxy, page.url).headers["ETag"]
    assert ask(proxy, page.url, If_None_Match=tag).status == 304


def test_bodies_are_compressed_for_readers_who_can(world, proxy):
    url = world.outlets[0].feeds[0].url
    plain, packed = ask(proxy, url), ask(proxy, url, Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body


def test_the_head_of_an_answer_has_its_length_and_no_body(world, proxy):
    url = world.outlets[0].feeds[0].url
    head = ask(proxy, url, method="HEAD")
    assert head.body == b""
    assert int(head.headers["Content-Length"]) == len(ask(proxy, url).body)


def test_a_moved_feed_points_to_where_it_lives(world, proxy):
    [(_, feed)] = feeds_of(world, Fault.MOVED)
    reply = ask(proxy, feed.url)
    assert (reply.status, reply.headers["Location"]) == (301, feed.target)
    assert len(feedparser.parse(ask(proxy, feed.target).body).entries) > 1


def test_a_missing_feed_is_not_found_and_another_is_a_web_page(world, proxy):
    [(_, missing)], [(_, html)] = feeds_of(world, Fault.MISSING), feeds_of(world, Fault.HTML)
    assert ask(proxy, missing.url).status == 404
    assert ask(proxy, html.url).body.startswith(b"<!doctype html>")


@pytest.mark.parametrize(
    ("reason", "status", "kind"),
    [
        (SkipReason.GONE, 410, "text/html"),
        (SkipReason.NOT_HTML, 200, "application/pdf"),
        (SkipReason.SOFT_404, 200, "text/html"),
        (SkipReason.BOT_CHALLENGE, 200, "text/html"),
    ],
)
def test_a_page_that_is_no_article_answers_as_such_pages_do(world, proxy, reason, status, kind):
    page = next(page for page in world.pages if page.skip is reason)
    reply = ask(proxy, page.url)
    assert reply.status == status
    assert reply.headers["Content-Type"].startswith(kind)


def test_a_short_link_leads_to_an_article_that_has_an_address_already(world, proxy):
    page = next(page for page in world.pages if page.skip is SkipReason.SAME_ARTICLE)
    reply = ask(proxy, page.url)
    assert reply.status == 302
    assert any(url == reply.headers["Location"] for s in world.truth.stories.values() for url in s)


def test_pages_that_robots_must_not_see_are_named_in_the_robots_file(world, proxy):
    for page in world.pages:
        if page.skip is SkipReason.ROBOTS:
            robots = ask(proxy, f"{page.outlet.homepage}robots.txt").body.decode()
            section = "/" + urlsplit(page.url).path.split("/")[1] + "/"
            assert f"Disallow: {section}\n" in robots


def test_an_outlet_without_a_robots_file_answers_404(world, proxy):
    outlet = next(outlet for outlet in world.outlets if not outlet.robots)
    assert ask(proxy, f"{outlet.homepage}robots.txt").status == 404


def test_front_pages_answer_and_strangers_do_not(world, proxy):
    assert ask(proxy, world.outlets[0].homepage).status == 200
    assert ask(proxy, "http://elsewhere.example/").status == 404


def test_the_second_act_changes_feeds_and_pages_while_it_is_served(world):
    revised = next(page for page in world.act(2).pages if page.kin is Kin.REVISION)
    feed = revised.outlet.feeds[0]
    with DemoServer(world) as server:
        tags = [ask(server.proxy_url, url).headers["ETag"] for url in (revised.url, feed.url)]
        server.show(world.act(2))
        for url, tag in zip((revised.url, feed.url), tags, strict=True):
            assert ask(server.proxy_url, url, If_None_Match=tag).status == 200
        assert server.asked[revised.url] == 2


def drained(connection: socket.socket) -> bool:
    """Whether the other side has hung up, after whatever it still had to say."""
    with connection:
        while connection.recv(4_096):
            pass
    return True


def test_it_stops_although_a_reader_stays_connected_and_another_waits(world):
    [(_, slow)] = feeds_of(world, Fault.SLOW)
    with DemoServer(world, slow_seconds=3_600) as server:
        address = urlsplit(server.proxy_url)
        idle = socket.create_connection((address.hostname, address.port), timeout=10)
        idle.sendall(f"HEAD {world.outlets[0].homepage} HTTP/1.1\r\n\r\n".encode())
        assert idle.recv(12) == b"HTTP/1.1 200"
        waiting = socket.create_connection((address.hostname, address.port), timeout=10)
        waiting.sendall(f"GET {slow.url} HTTP/1.1\r\n\r\n".encode())
        while not server.asked[slow.url]:
            pass
    for connection in (idle, waiting):
        assert drained(connection)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((address.hostname, address.port), timeout=10)
