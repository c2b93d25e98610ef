"""Use case: is there a feed at an address? Asked once, like any reader; nothing is committed."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from crawler.catalog.outlets import address_of
from crawler.config import Config
from crawler.errors import SourceError
from crawler.extract.document import decode, parse
from crawler.pool import Pool
from crawler.ports import Clock
from crawler.read.discovery import Link, ranked_feeds, ranked_sitemaps
from crawler.read.document import Source, read

OK = 200
NO_FEED = "not-a-feed"  # as crawler.read.feed says
MOST_OFFERS = 10
ROBOTS_FILE = "/robots.txt"
LONGEST_NAME = 100  # letters of a link; a longer one is a teaser


@dataclass(frozen=True, slots=True)
class Checked:
    """What an address answered."""

    url: str
    reason: str = ""  # why it is no feed; empty when it is one
    problem: str = ""  # the same for a person
    title: str = ""
    entries: int = 0
    answered_by: str = ""  # after redirects
    offers: tuple[str, ...] = ()  # feeds that a web page names instead

    @property
    def is_feed(self) -> bool:
        """Whether a feed was read; one without entries is a feed too."""
        return not self.reason


class Check:
    """Judges answers as polling would."""

    def __init__(self, config: Config, pool: Pool, clock: Clock) -> None:
        self._config = config
        self._pool = pool
        self._clock = clock

    async def answered(
        self, url: str, *, status: int, answered_by: str, content_type: str, body: bytes
    ) -> Checked:
        """Return what an answer to a question for `url` shows."""
        if status != OK:
            return Checked(url, f"http-{status}", f"the answer is HTTP {status}")
        config = self._config
        source = Source(answered_by, content_type, "", config.max_body_bytes, self._clock.now())
        try:
            found = await self._pool.run(url, config.feed_deadline, read, body, source)
        except SourceError as error:
            offers = await self._offers(error, body, answered_by, content_type, url)
            return replace(refused(url, error), offers=offers)
        return Checked(url, "", "", found.title, len(found.items), answered_by)

    async def _offers(
        self, error: SourceError, body: bytes, url: str, content_type: str, asked: str
    ) -> tuple[str, ...]:
        if error.reason != NO_FEED:
            return ()
        try:
            return await self._pool.run(
                url, self._config.feed_deadline, feeds_named, body, url, content_type, asked
            )
        except SourceError:  # a page that cannot be read names none
            return ()


def feeds_named(body: bytes, url: str, content_type: str, asked: str = "") -> tuple[str, ...]:
    """Return the likely feeds of a web page's outlet, or the sitemaps of its robots file.

    The likeliest come first.

    Args:
        body: The page.
        url: Where it answered.
        content_type: What it was called.
        asked: What was asked, where another place answered.

    Source: https://www.rssboard.org/rss-autodiscovery; crawler/read/discovery.py
    """
    if urlsplit(url).path == ROBOTS_FILE:
        named = ranked_sitemaps(decode(body, content_type), url, most=2 * MOST_OFFERS)
        return tuple(filter(_is_pollable, named))[:MOST_OFFERS]
    page = parse(body, content_type)
    elements = () if page is None else page.iter("link", "a")
    links = [
        Link(
            href=element.get("href", ""),
            rel=element.get("rel", "") if element.tag == "link" else "",
            type=element.get("type", ""),
            title=_called(element),
        )
        for element in elements
        if element.get("href") and (element.tag == "a" or element.get("rel"))
    ]
    bases = () if page is None else page.iter("base")
    base = next((element.get("href", "") for element in bases), "")
    found = ranked_feeds(links, url, most=2 * MOST_OFFERS, base=base, asked=asked)
    return tuple(filter(_is_pollable, found))[:MOST_OFFERS]


def _called(link: HtmlElement) -> str:
    """Return what a link is called: many show a picture alone."""
    pictured = " ".join(picture.get("alt", "") for picture in link.iter("img"))
    told = (link.get("title", ""), link.get("aria-label", ""), link.text_content(), pictured)
    return " ".join(" ".join(told).split())[:LONGEST_NAME]


def _is_pollable(address: str) -> bool:
    try:
        return bool(address_of(address))
    except ValueError:
        return False


def refused(url: str, error: SourceError) -> Checked:
    """Return what a failed question shows."""
    return Checked(url, error.reason, error.problem)
