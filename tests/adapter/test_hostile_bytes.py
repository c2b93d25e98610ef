"""Every hostile answer ends by its deadline under its own name, while a neighbour is read.

Real seconds on a real wire, with short deadlines; the readers run in their killable processes.
"""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from crawler.errors import SourceError
from crawler.extract.quick import quick_lines
from crawler.middlewares.client import Limits
from crawler.model import Recipe
from crawler.placing import fingerprint_of
from crawler.pool import Pool
from crawler.read.document import Source, read
from tests.site import publisher
from tests.site.publisher import Publisher, always, head, raw

MEGABYTE = 1_000_000
LIMITS = Limits(timedelta(seconds=0.5), timedelta(seconds=0.5), 2 * MEGABYTE)
READING = timedelta(seconds=2)
PATIENCE = timedelta(seconds=60)  # for work of a second, which took minutes
MEMORY = 600 * MEGABYTE
NOW = datetime(2026, 11, 22, tzinfo=UTC)
GOOD = b"<rss><channel><item><link>https://a.example/1</link></item></channel></rss>"
NESTED = gzip.compress(gzip.compress(bytes(50 * MEGABYTE)))
LAUGHS = b"<!DOCTYPE x [<!ENTITY a0 'ha'>" + b"".join(
    b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)
)
QUADRATIC = b"<!DOCTYPE x [<!ENTITY a '" + b"a" * 60_000 + b"'>]>"


def feed(inner: bytes) -> bytes:
    return b"<rss><channel>" + inner + b"</channel></rss>"


def item(inner: bytes) -> bytes:
    return feed(b"<item><link>https://a.example/1</link>" + inner + b"</item>")


ON_THE_WIRE = {
    "silence": (publisher.silence(), "header-timeout"),
    "headers that stop": (publisher.stalled_headers(), "header-timeout"),
    "a body that stops": (publisher.stalled_body(), "body-timeout"),
    "a length that is a lie": (publisher.cut_short(), "truncated"),
    "an endless body": (publisher.endless(), "too-large"),
    "a gzip bomb": (publisher.bomb("gzip"), "too-large"),
    "a deflate bomb": (publisher.bomb("deflate"), "too-large"),
    "a bare deflate bomb": (publisher.bomb("raw-deflate"), "too-large"),
    "a brotli bomb": (publisher.bomb("br"), "too-large"),
    "gzip that breaks off": (publisher.packed("gzip", GOOD, cut=9), "truncated"),
    "gzip that is none": (always(200, [("Content-Encoding", "gzip")], GOOD), "bad-encoding"),
    "ten megabytes on one line": (always(body=b"x" * 10 * MEGABYTE), "too-large"),
    "a huge promise": (
        raw(head(200, [("Content-Length", "99999999999")]), close=False),
        "too-large",
    ),
    "no HTTP at all": (raw(b"SSH-2.0-OpenSSH_9.6\r\n"), "protocol"),
    "headers without end": (raw(b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 10_000), "protocol"),
}

TO_THE_READERS = {
    "nested gzip": (NESTED, {"not-a-feed", "too-large"}),
    "a billion laughs": (LAUGHS + b"]>" + item(b"<title>&a9;</title>"), None),
    "a billion laughs in a sitemap": (LAUGHS + b"]><urlset>&a9;</urlset>", {"doctype"}),
    "a quadratic blow-up": (QUADRATIC + item(b"<title>" + b"&a;" * 60_000 + b"</title>"), None),
    "an external entity": (
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + item(b"<title>&a;</title>"),
        None,
    ),
    "an author of 60 kB": (item(b"<author>" + b"a" * 60_000 + b"@</author>"), None),
    "a creator that stalls feedparser": (
        item(b"<dc:creator>" + b"a@" * 30_000 + b"</dc:creator>") + b"\xff",
        None,
    ),
    "a hundred thousand open elements": (feed(b"<item>" * 100_000), None),
    "two megabytes of attributes": (feed(b"<item " + b"a='b' " * 300_000 + b"/>"), None),
    "a hundred thousand items": (
        feed(b"<item><link>https://a.example/</link></item>" * 40_000),
        None,
    ),
    "JSON nested beyond all stacks": (b'{"version":' + b"[" * 500_000, {"not-a-feed"}),
    "JSON numbers beyond all words": (b'{"version":' + b"9" * MEGABYTE + b"}", {"not-a-feed"}),
    "JSON with a long tail": (
        json.dumps(
            {"version": "https://jsonfeed.org/version/1.1", "items": [{}] * 50_000}
        ).encode(),
        None,
    ),
    "zeros": (bytes(2 * MEGABYTE), {"empty", "not-a-feed"}),
    "comments without end": (b"<!--" * 400_000, {"not-a-feed"}),
    "tags in a title": (item(b"<title>" + b"&lt;" * 100_000 + b"</title>"), None),
}
NAMED = {
    "deadline",
    "memory",
    "crashed",
    "unreadable",
    "not-a-feed",
    "empty",
    "too-large",
    "doctype",
}


@pytest.fixture
async def site() -> AsyncIterator[Publisher]:
    async with Publisher() as running:
        running.on("/good", always(body=GOOD))
        yield running


@pytest.mark.parametrize(("behaviour", "reason"), ON_THE_WIRE.values(), ids=ON_THE_WIRE)
async def test_a_hostile_wire_ends_by_its_deadline_and_no_neighbour_waits(
    site, client, behaviour, reason
):
    bad = asyncio.create_task(client.get(site.on("/bad", behaviour), {}, limits=LIMITS))
    good = await client.get(site.url("/good"), {}, limits=LIMITS)
    with pytest.raises(SourceError) as failure:
        await bad
    assert failure.value.reason == reason
    assert good.body == GOOD


@pytest.mark.parametrize(("body", "reasons"), TO_THE_READERS.values(), ids=TO_THE_READERS)
async def test_a_hostile_body_is_read_or_named_in_time_and_the_neighbour_is_read(body, reasons):
    pool = Pool(2, memory_bytes=MEMORY)
    source = Source("https://a.example/feed", "", "", 2 * MEGABYTE, NOW)
    try:
        await pool.warm()
        bad = asyncio.create_task(pool.run("bad", READING, read, body, source))
        good = await pool.run("good", READING, read, GOOD, source)
        reason = await reason_of(bad)
    finally:
        pool.close()
    assert len(good.items) == 1
    assert reason in (reasons or NAMED | {""})


async def reason_of(task: "asyncio.Task[object]") -> str:
    try:
        await task
    except SourceError as error:
        return error.reason
    return ""


@pytest.mark.parametrize("again", [b"<script ", b"<!--", b"<svg>", b"<", b"<a ", b" ", b"\t\n"])
async def test_a_page_that_ends_nothing_it_begins_is_screened_in_time(again):
    pool = Pool(1, memory_bytes=MEMORY)
    page = b"<p>Border</p>" + again * (2 * MEGABYTE // len(again)) + b"x"
    try:
        lines = await pool.run("page", PATIENCE, quick_lines, page)
    finally:
        pool.close()
    assert lines[0] == "Border"


async def test_a_text_of_digits_alone_has_a_fingerprint_in_time():
    pool = Pool(1, memory_bytes=MEMORY)
    try:
        found = await pool.run("digits", PATIENCE, fingerprint_of, "1 " * 300_000, Recipe())
    finally:
        pool.close()
    assert found.shingles > 0


async def test_nothing_of_this_machine_is_read_into_a_title():
    body = TO_THE_READERS["an external entity"][0]
    source = Source("https://a.example/feed", "", "", MEGABYTE, NOW)
    titles = [one.title for one in read(body, source).items]
    assert not any("root:" in title for title in titles)
