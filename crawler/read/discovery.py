"""Which of a page's links, or of a robots file's sitemaps, are feeds; the most useful first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

FEED_TYPES = frozenset({
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
})  # fmt: skip
XML_TYPES = frozenset({"text/xml", "application/xml"})
WELL_KNOWN = ("/feed", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml", "/feed.json")
_FEEDLIKE = re.compile(r"(?:^|[/._=-])(?:rss2?|feeds?|atom|rdf)(?:[/._?&=-]|$)", re.IGNORECASE)
_CALLED_FEED = re.compile(r"\b(?:rss|atom)\b", re.IGNORECASE)
_PART = re.compile(r"comment|коментар|комментар|komentar|tag/|author/|search", re.IGNORECASE)
_WHOLE = re.compile(
    r"\b(?:all|main|latest|news|новини|новости|усі|все|wszystk\w*|alle|toutes|todas?|tutte|toate)\b",
    re.IGNORECASE,
)
_WHOLE_ADDRESS = re.compile(
    r"/(?:all|index|main|latest|news|all[-_]?news)(?:[./-]?(?:rss2?|feed|xml))*/?$", re.IGNORECASE
)
_FEED_HOST = re.compile(r"^(?:feeds?|rss)\d?\.", re.IGNORECASE)
_LANGUAGE = re.compile(r"/([a-z]{2}|ukr|rus|eng|pol)(?:/|$)")
_PATH_PARTS_MOST = 6
_SITEMAP = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a page, whether from its head or its text."""

    href: str
    rel: str = ""
    type: str = ""
    title: str = ""  # or the text that is clicked


def ranked_feeds(
    links: Sequence[Link], url: str, *, most: int, base: str = "", asked: str = ""
) -> tuple[str, ...]:
    """Return the addresses that are likely feeds of the page's whole outlet, the likeliest first.

    Named in the head before merely linked, the outlet's own host before others, all news before
    sections, sections before comments, the page's language before others; where nothing is named,
    the usual addresses of a site.

    Args:
        links: In the page's order.
        url: The page's own address.
        most: How many are wanted.
        base: What the page says its links are relative to; itself relative to the page.
        asked: What was asked when the page answered; who is sent to a page for consent wants a
            feed from where they came.
    """
    scored: dict[str, tuple[int, int, int, int, int]] = {}
    start = _absolute(base, url) or url
    for place, link in enumerate(links):
        address = _absolute(link.href, start)
        if address and _is_candidate(link, address):
            scored.setdefault(address, (*_rank(link, address, url), place))
    named = sorted(scored, key=lambda address: scored[address])
    usual = [urljoin(asked or url, path) for path in WELL_KNOWN]
    return tuple(dict.fromkeys(named or usual))[:most]


def ranked_sitemaps(robots: str, url: str, *, most: int) -> tuple[str, ...]:
    """Return the sitemaps that a robots file names, those of news first.

    Source: sitemaps.org, "Specifying the Sitemap location in your robots.txt file"
    """
    named = (_absolute(found[1], url) for found in _SITEMAP.finditer(robots))
    once = dict.fromkeys(filter(None, named))
    return tuple(sorted(once, key=lambda address: "news" not in address.lower())[:most])


def _is_candidate(link: Link, address: str) -> bool:
    parts = urlsplit(address)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if "alternate" in link.rel.lower():
        kind = link.type.partition(";")[0].strip().lower()
        feedlike = _FEEDLIKE.search(path) or _CALLED_FEED.search(link.title)
        return kind in FEED_TYPES or (kind in XML_TYPES and bool(feedlike))
    feedlike = _FEEDLIKE.search(path) or _FEED_HOST.match(parts.hostname or "")
    return not link.rel and bool(feedlike or _CALLED_FEED.search(link.title))


def _rank(link: Link, address: str, url: str) -> tuple[int, int, int, int]:
    named = "alternate" in link.rel.lower()
    own = (urlsplit(address).hostname or "").removeprefix("www.") == (
        urlsplit(url).hostname or ""
    ).removeprefix("www.")
    language = _language(url)
    foreign = bool(language) and language != _language(address)
    return (2 - named - own, _breadth(link, address), foreign, _depth(address))


def _language(address: str) -> str:
    """Return the language that an address begins with, as those of sites in several do."""
    found = _LANGUAGE.match(urlsplit(address).path)
    return found[1] if found else ""


def _breadth(link: Link, address: str) -> int:
    if _PART.search(f"{address} {link.title}"):
        return 2
    whole = _WHOLE.search(link.title) or _WHOLE_ADDRESS.search(urlsplit(address).path)
    return 0 if whole else 1


def _depth(address: str) -> int:
    parts = urlsplit(address)
    pieces = [piece for piece in parts.path.split("/") if piece]
    return min(len(pieces) + bool(parts.query), _PATH_PARTS_MOST)


def _absolute(href: str, url: str) -> str:
    try:
        address = urljoin(url, href.strip())
        parts = urlsplit(address)
    except ValueError:
        return ""
    plain = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return address.partition("#")[0] if plain else ""
