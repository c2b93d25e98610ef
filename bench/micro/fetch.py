"""CPU and wall time of one fetch: bare aiohttp, our guarded client, Scrapy around it.

Scrapy three times: with our settings, with the components it switches on by default, and with its
own aiohttp handler in place of ours.

    .venv/bin/python bench/micro/fetch.py [--fetches 3000] [--at-once 8]

All ask the same server, a process of its own on loopback, for the same 5 kB page over kept
connections. CPU is that of the asking process. Prints one JSON document.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import aiohttp
from scrapy import Request
from scrapy.crawler import AsyncCrawlerRunner

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from crawler.middlewares.client import GuardedClient, Limits
from tests.adapter.crawling import Asker, Crawled, crawler_for

BODY = b"<html>" + b"x" * 5_000
SAID = {"User-Agent": b"Kordon/0.1", "Accept": b"*/*"}
LIMITS = Limits(timedelta(seconds=15), timedelta(seconds=30), max_bytes=8_388_608)


class Answers(asyncio.Protocol):
    """The same page for every request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        head = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nETag: "1"\r\nContent-Length: '
        self.transport.write(b"%s%d\r\n\r\n%s" % (head, len(BODY), BODY))


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Answers, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def drained(urls: list[str], at_once: int, ask: Callable[[str], Awaitable[object]]) -> None:
    left = iter(urls)

    async def worker() -> None:
        for url in left:
            await ask(url)

    await asyncio.gather(*[worker() for _ in range(at_once)])


async def with_aiohttp(urls: list[str], at_once: int) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:

        async def ask(url: str) -> None:
            async with session.get(url) as response:
                await response.read()

        await drained(urls, at_once, ask)


async def with_client(urls: list[str], at_once: int) -> None:
    client = GuardedClient(allowed=[ip_network("127.0.0.0/8")])
    await drained(urls, at_once, lambda url: client.get(url, SAID, limits=LIMITS))
    await client.close()


class Burst(Asker):
    """Ask for everything; nothing is kept."""

    async def start(self) -> AsyncIterator[Request]:
        for url in self.urls:
            meta = {"asked": url, "verbatim_url": True}
            yield Request(url, self.answered, errback=self.failed, meta=meta, dont_filter=True)


ITS_COMPONENTS = {
    "COMPRESSION_ENABLED": True,
    "CONCURRENT_ITEMS": 100,
    "COOKIES_ENABLED": True,
    "DOWNLOADER_MIDDLEWARES": {"crawler.middlewares.manners.MannersMiddleware": 605},
    "DOWNLOADER_STATS": True,
    "DUPEFILTER_CLASS": "scrapy.dupefilters.RFPDupeFilter",
    "EXTENSIONS": {},
    "METAREFRESH_ENABLED": True,
    "REFERER_ENABLED": True,
    "RETRY_ENABLED": True,
    "SPIDER_MIDDLEWARES": {},
}
ITS_HANDLER = {
    "DOWNLOAD_HANDLERS": {"http": "scrapy.core.downloader.handlers._aiohttp.AiohttpDownloadHandler"}
}


def with_scrapy(**changes: object) -> Callable[[list[str], int], Awaitable[None]]:
    async def run(urls: list[str], at_once: int) -> None:
        settings = {"CONCURRENT_REQUESTS_PER_DOMAIN": at_once, "LOG_LEVEL": "ERROR"} | changes
        crawler, crawled = crawler_for(Burst, **settings), Crawled()
        runner = AsyncCrawlerRunner(crawler.settings)
        await runner.crawl(crawler, urls=urls, meta={}, crawled=crawled)
        assert len(crawled.answers) == len(urls), crawled.failures

    return run


async def measured(
    run: Callable[[list[str], int], Awaitable[None]], urls: list[str], at_once: int
) -> dict[str, float]:
    await run(urls[:100], at_once)  # imports, caches, the server's first connections
    wall, cpu = time.perf_counter(), time.process_time()
    await run(urls, at_once)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {
        "fetches_per_second": round(len(urls) / wall),
        "cpu_ms_per_fetch": round(1_000 * cpu / len(urls), 3),
    }


async def main(fetches: int, at_once: int) -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "--serve", stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    port = int(await server.stdout.readline())
    urls = [f"http://127.0.0.1:{port}/{number}" for number in range(fetches)]
    figures = {
        "bare aiohttp": await measured(with_aiohttp, urls, at_once),
        "guarded client": await measured(with_client, urls, at_once),
        "scrapy": await measured(with_scrapy(), urls, at_once),
        "scrapy, its components": await measured(with_scrapy(**ITS_COMPONENTS), urls, at_once),
        "scrapy, its aiohttp handler": await measured(with_scrapy(**ITS_HANDLER), urls, at_once),
    }
    server.terminate()
    await server.wait()
    print(json.dumps({"fetches": fetches, "at_once": at_once, "figures": figures}, indent=2))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fetches", type=int, default=3_000)
    parser.add_argument("--at-once", type=int, default=8)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    asyncio.run(serve() if options.serve else main(options.fetches, options.at_once))
