"""Lists of feeds as other readers write them: OPML in and out.

Strict about what is dangerous (a doctype, addresses that are not http), lenient about what is
only broken (quotes inside quotes, missing ends): exports of well-known readers are.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from crawler.catalog.outlets import Catalogue, address_of, feed_id
from crawler.decoding import decoded, mended_xml, own_charsets
from crawler.errors import ConfigError
from crawler.model import Feed, Outlet, OutletId, id_of

MAX_OUTLINES = 10_000
MAX_BYTES = 10_000_000

_NAMES = ("title", "text")
_ADDRESSES = ("xmlurl", "url")
_FEEDS = frozenset({"rss", "rss1", "atom", "feed"})
_NO_FEED = {  # what an outline can be instead, by its type
    "include": "another list of feeds: import that",
    "link": "a link to a page: `kordon feeds add` finds its feeds",
}


@dataclass(frozen=True, slots=True)
class FeedList:
    """What an OPML document, or another list of feeds, amounts to."""

    title: str
    catalogue: Catalogue  # an outlet for each host
    refused: tuple[tuple[str, str], ...] = ()  # address and reason
    has_facts: bool = False  # whether more is told of outlets than their hosts, as tables do


def read_opml(body: bytes, source: str) -> FeedList:
    """Return the feeds a document lists; each address once, folders forgotten.

    Outlets are named after the host that publishes, for OPML knows none.

    Args:
        body: The document, in the encoding it declares, or another.
        source: What it is called in an error, such as its path.

    Raises:
        ConfigError: It is not OPML, has a doctype, or is too large.
    """
    root = _root(body, source)
    outlets: dict[OutletId, Outlet] = {}
    feeds: dict[str, Feed] = {}
    refused: list[tuple[str, str]] = []
    for outline in _outlines(root, source):
        url = outline.get("xmlurl") or outline.get("url") or ""
        reason = _NO_FEED.get(outline.get("type", "").lower()) or _why_not(url)
        if reason:
            refused.append((url, reason))
        else:
            address = address_of(url)
            outlet = _outlet(outline, address)
            outlets.setdefault(outlet.id, outlet)
            feeds.setdefault(address, Feed(feed_id(address), outlet.id, address))
    catalogue = Catalogue(tuple(outlets.values()), tuple(feeds.values()))
    return FeedList(_title(root), catalogue, tuple(refused))


def write_opml(catalogue: Catalogue, title: str) -> bytes:
    """Return an OPML 2.0 document with an outline for each feed, under its outlet."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = title
    body = etree.SubElement(root, "body")
    for outlet in catalogue.outlets:
        feeds = [feed for feed in catalogue.feeds if feed.outlet == outlet.id]
        folder = etree.SubElement(body, "outline", text=outlet.name) if feeds else body
        for feed in feeds:
            facts = {"text": outlet.name, "title": outlet.name, "xmlUrl": feed.url}
            home = {"htmlUrl": outlet.homepage} if outlet.homepage else {}
            etree.SubElement(folder, "outline", {"type": "rss", **facts, **home})
    return etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)


def _root(body: bytes, source: str) -> etree._Element:
    if len(body) > MAX_BYTES:
        raise ConfigError(f"{source} is over {MAX_BYTES // 1_000_000} MB", "split it")
    text = decoded(body, own_charsets(body)).strip("\ufeff\0 \t\r\n")
    parser = _mending_parser()
    try:
        root = etree.fromstring(mended_xml(text), parser)
    except etree.XMLSyntaxError:  # nothing in it that could be mended
        root = None
    if root is None or etree.QName(root).localname.lower() != "opml":
        raise ConfigError(f"{source} is not OPML", "export the list of feeds as OPML")
    if root.getroottree().docinfo.internalDTD is not None:
        raise ConfigError(f"{source} has a doctype, which can hide anything", "remove the doctype")
    if any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log):
        raise ConfigError(f"{source} has over 2,000 folders in each other", "close its outlines")
    return root


def _mending_parser() -> etree.XMLParser:
    return etree.XMLParser(
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        huge_tree=True,  # deep folders; how much there is is bounded here
    )


def _outlines(root: etree._Element, source: str) -> Iterator[Mapping[str, str]]:
    """Yield the facts, named in lower case, of outlines that are more than folders and notes."""
    for number, element in enumerate(filter(_is_outline, root.iter(etree.Element))):
        if number == MAX_OUTLINES:
            raise ConfigError(f"{source} has over {MAX_OUTLINES} outlines", "split it")
        facts = {str(name).lower(): str(value).strip() for name, value in element.items()}
        if not facts.keys().isdisjoint(_ADDRESSES) or facts.get("type", "").lower() in _FEEDS:
            yield facts


def _is_outline(element: etree._Element) -> bool:
    return element.tag.rpartition("}")[2].lower() == "outline"


def _why_not(address: str) -> str:
    try:
        return "" if address_of(address) else "the address is empty"
    except ValueError as error:
        return str(error)


def _outlet(outline: Mapping[str, str], url: str) -> Outlet:
    homepage = outline.get("htmlurl", "")
    homepage = "" if _why_not(homepage) else homepage
    host = (urlsplit(homepage or url).hostname or "").removeprefix("www.")
    name = next(filter(None, (_printable(outline.get(one, "")) for one in _NAMES)), host)
    return Outlet(id=identifier_of(host), name=name[:200], homepage=homepage)


def _printable(text: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def identifier_of(host: str) -> OutletId:
    """Return a host as an id; letters beyond ASCII as they travel on the wire."""
    with suppress(UnicodeError):
        host = host.encode("idna").decode()
    return OutletId(re.sub(r"[^A-Za-z0-9._-]+", "-", host).strip("-._")[:64] or id_of(host)[:12])


def _title(root: etree._Element) -> str:
    return " ".join((root.findtext("head/title") or "").split())[:200]
