"""A few publishers behind a forward proxy on loopback, with feeds, pages and honest validators.

    async with Newsstand(hosts=4, pages=6) as stand:
        ... environment http_proxy=stand.proxy, catalogue in stand.catalogue() ...
        await stand.asked_for(10)      # until so many pages have been asked for
        stand.gate.clear()             # pages wait from now on

The n-th page of every second host is a copy of its neighbour's, so that there are stories of two.
"""

import asyncio
import random
from collections import Counter
from hashlib import blake2b

from tests.site.publisher import Behaviour, Exchange, Publisher, always, validated

WORDS = [
    "border", "crossing", "queue", "lorry", "customs", "officer", "guard", "bridge", "river",
    "gate", "permit", "convoy", "driver", "morning", "evening", "closed", "opened", "waiting",
    "inspection", "village", "region", "ministry", "spokesman", "delay", "cargo", "grain", "fuel",
    "train", "station", "platform", "winter", "snow", "repair", "lane", "scanner", "passport",
]  # fmt: skip
SENTENCES = 14


class Newsstand(Publisher):
    """Hosts `paper-<n>.example`, each with one feed and some pages, all asked through `proxy`."""

    def __init__(self, *, hosts: int, pages: int) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()
        self._more = asyncio.Event()
        self.hosts = [f"paper-{n}.example" for n in range(hosts)]
        self.pages = {
            f"http://{host}/story-{n}": story(number // 2, n, host)
            for number, host in enumerate(self.hosts)
            for n in range(pages)
        }
        for host in self.hosts:
            self._publish(host)

    @property
    def proxy(self) -> str:
        return self.url("")

    def catalogue(self) -> str:
        rows = (f"{host},{host},http://{host}/,{feed_of(host)}" for host in self.hosts)
        return "\n".join(["outlet_id,name,homepage,feed_url", *rows]) + "\n"

    def times_asked(self) -> Counter[str]:
        """How often each page and feed was asked for; robots files apart."""
        return Counter(hit.target for hit in self.hits if not hit.target.endswith("robots.txt"))

    def pages_asked(self) -> Counter[str]:
        return Counter({url: n for url, n in self.times_asked().items() if url in self.pages})

    async def asked_for(self, pages: int) -> None:
        """Return when so many different pages have been asked for."""
        while len(self.pages_asked()) < pages:
            self._more.clear()
            await self._more.wait()

    def _publish(self, host: str) -> None:
        own = [url for url in self.pages if url.startswith(f"http://{host}/")]
        body = feed(host, own)
        self.on(feed_of(host), validated(body, etag=b'"%b"' % digest(body)))
        self.on(f"http://{host}/robots.txt", always(404))
        for url in own:
            self.on(url, self._gated(self.pages[url]))

    def _gated(self, body: bytes) -> Behaviour:
        async def behave(exchange: Exchange) -> None:
            self._more.set()
            await self.gate.wait()
            await exchange.reply(200, [("Content-Type", "text/html; charset=utf-8")], body)

        return behave


def feed_of(host: str) -> str:
    return f"http://{host}/feed.xml"


def feed(host: str, pages: list[str]) -> bytes:
    items = "".join(
        f"<item><title>{url}</title><link>{url}</link><guid>{url}</guid></item>" for url in pages
    )
    title = f"<title>{host}</title><link>http://{host}/</link><description>x</description>"
    return f'<rss version="2.0"><channel>{title}{items}</channel></rss>'.encode()


def story(series: int, number: int, host: str) -> bytes:
    """Return a page whose text is the same for one series and number, whatever the host."""
    dice = random.Random(f"{series} {number}")
    sentences = [" ".join(dice.choices(WORDS, k=12)).capitalize() + "." for _ in range(SENTENCES)]
    paragraphs = "".join(f"<p>{sentence}</p>" for sentence in sentences)
    title = f"{dice.choice(WORDS).capitalize()} report {series}-{number}"
    return (
        f"<!doctype html><html lang='en'><head><title>{title} | {host}</title></head><body>"
        f"<article><h1>{title}</h1>{paragraphs}</article></body></html>"
    ).encode()


def digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=8).hexdigest().encode()
