"""Feeds become items: RSS 0.9x to 2.0, RDF, Atom and JSON Feed, well made or not.

Two parsers, one result. fastfeedparser reads nearly everything in a fiftieth of the time;
feedparser reads what the first one cannot. Both hand over text as written; dates, addresses and
markup are understood here.

Source: docs/decisions/0041-two-feed-parsers.md
"""

import html
import io
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urljoin, urlsplit

import fastfeedparser.main
import feedparser
from lxml import etree

from crawler.errors import SourceError
from crawler.read.dates import read_date
from crawler.read.detect import Form, form_of
from crawler.read.mending import mended

MAX_ITEMS = 5_000
_MAX_TITLE, _MAX_SUMMARY, _MAX_NAME, _MAX_ADDRESS = 500, 2_000, 200, 2_048  # characters
_LONGEST_FLOOR = timedelta(days=366)

# Both parsers raise what they like on a document made to confuse them.
_PARSER_ERRORS = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError,
    RecursionError, OSError, etree.LxmlError,
)  # fmt: skip

# fastfeedparser guesses at dates: no zone is UTC, and 10.11. is October. Those that are not in
# standard form shall arrive as written.
fastfeedparser.main._parse_date = lambda text: text  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class Item:
    """What a feed says about one page; text is plain, and empty when not told."""

    url: str  # absolute, http or https
    guid: str = ""
    title: str = ""
    summary: str = ""
    author: str = ""
    published: datetime | None = None
    updated: datetime | None = None  # only when it differs from published
    language: str = ""  # ISO 639


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed as it was read once, with what its publisher asks of those who poll it."""

    title: str
    items: tuple[Item, ...]  # in the feed's order, each address once
    floor: timedelta | None = None  # RSS ttl, sy:updatePeriod: not to be asked sooner
    skip_hours: frozenset[int] = frozenset()  # 0-23, UTC
    skip_days: frozenset[int] = frozenset()  # Monday is 0, UTC
    hub: str = ""  # WebSub
    self_url: str = ""
    archive: str = ""  # RFC 5005 prev-archive
    further: tuple[tuple[str, str], ...] = ()  # sitemaps of an index, each with its version
    silent: bool = False  # an index that may stay as it is while its sitemaps change
    parser: Literal["fast", "careful"] = "fast"
    repaired: bool = False  # it broke its format's rules and was read all the same
    dropped: int = 0  # entries without a usable address, or beyond MAX_ITEMS


def read_feed(body: bytes, *, url: str, content_type: str = "", zone: str = "") -> FeedDocument:
    """Return a feed's items and its publisher's wishes.

    Args:
        body: As fetched, decompressed.
        url: Where it was found after redirects; what relative links are relative to.
        content_type: The header, for the encoding it may name.
        zone: IANA name of the outlet's time zone, for dates that name none.

    Raises:
        SourceError: `empty`, or `not-a-feed` (a web page, a sitemap, rubbish).
    """
    form = form_of(body)
    if form in _REFUSED:
        raise SourceError(url, *_REFUSED[form])
    body = mended(body, content_type, form)
    reading = _read_fast(body)
    if form is not Form.JSON and (reading is None or _lost_something(reading, body)):
        reading = _fuller(reading, _read_carefully(body))
    if reading is None:
        raise SourceError(url, "not-a-feed", "the answer is not a feed")
    return _document(reading, _wishes(body, form, url), zone)


_REFUSED = {
    Form.EMPTY: ("empty", "the answer is empty"),
    Form.HTML: ("not-a-feed", "the answer is a web page, not a feed"),
    Form.SITEMAP: ("not-a-feed", "the answer is a sitemap, not a feed"),
    Form.OPML: ("not-a-feed", "the answer is a list of feeds (OPML), not a feed"),
}


# --- the two parsers -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a parser made of the document; entries under fastfeedparser's names, as written."""

    title: object
    entries: Sequence[Mapping[str, object]]
    parser: Literal["fast", "careful"] = "fast"
    repaired: bool = False


def _read_fast(body: bytes) -> _Reading | None:
    with suppress(*_PARSER_ERRORS):
        parsed = fastfeedparser.parse(
            body, include_tags=False, include_media=False, include_enclosures=False
        )
        return _Reading(parsed["feed"].get("title"), parsed["entries"])
    return None


def _lost_something(reading: _Reading, body: bytes) -> bool:
    """Whether the fast way missed entries or their links, or ends texts at the first tag."""
    return (
        len(reading.entries) < max(1, len(_ENTRY_END.findall(body)))
        or any(not (entry.get("link") or address_in(entry.get("id"))) for entry in reading.entries)
        or bool(_MARKED_UP.search(body))
    )


_ENTRY_END = re.compile(rb"</(?:\w+:)?(?:item|entry)\s*>", re.IGNORECASE)
_MARKED_UP = re.compile(  # an element of text that holds others
    rb"<(?:title|summary|description)(?:\s[^<>]*)?(?<!/)>[^<]*<(?!/|!\[CDATA\[)", re.IGNORECASE
)
# feedparser looks for mail addresses in time that grows with the square: 64 kB take over 20 s
_LONG_AUTHOR = re.compile(
    rb"(<(?:\w+:)?(?:author|creator|contributor|name|managingEditor|webMaster|publisher|owner)"
    rb"\b[^<>]*>(?:<!\[CDATA\[)?[^<>]{800})[^<>]+?(?=\]\]>|<)",
    re.IGNORECASE,
)
_UTF8 = {"content-type": "application/xml; charset=utf-8"}


def _read_carefully(body: bytes) -> _Reading | None:
    with suppress(*_PARSER_ERRORS):
        # never the bytes themselves: feedparser looks for a file of that name
        stream = io.BytesIO(_LONG_AUTHOR.sub(rb"\1", body))
        parsed = feedparser.parse(
            stream,
            response_headers=_UTF8,
            sanitize_html=False,
            resolve_relative_uris=False,
        )
        if parsed.version or parsed.entries:
            entries = [_in_fast_terms(entry) for entry in parsed.entries]
            title = dict.get(parsed["feed"], "title")
            return _Reading(title, entries, "careful", repaired=bool(parsed.bozo))
    return None


def _in_fast_terms(entry: dict[str, Any]) -> dict[str, object]:
    """Rename what differs; plain `dict.get`, for feedparser's own stands in one key for another."""
    contents = dict.get(entry, "content") or [{}]
    names = ("id", "title", "author", "published", "updated", "language")
    link, guid = dict.get(entry, "link") or "", dict.get(entry, "id")
    return {name: dict.get(entry, name) for name in names} | {
        "link": link if "/" in link or link != guid else "",  # a guid that is no address
        "description": dict.get(entry, "summary") or contents[0].get("value"),
    }


def _fuller(fast: _Reading | None, careful: _Reading | None) -> _Reading | None:
    if fast is None or careful is None:
        return careful or fast
    return careful if len(careful.entries) >= len(fast.entries) else fast


# --- entries ---------------------------------------------------------------------------------


def _document(reading: _Reading, wishes: "_Wishes", zone: str) -> FeedDocument:
    items: dict[str, Item] = {}
    dropped = 0
    for entry in reading.entries[:MAX_ITEMS]:
        item = _item(entry, wishes, zone)
        if item is None:
            dropped += 1
        else:
            items.setdefault(item.url, item)
    return FeedDocument(
        title=plain_text(reading.title, _MAX_TITLE),
        items=tuple(items.values()),
        floor=wishes.floor,
        skip_hours=wishes.skip_hours,
        skip_days=wishes.skip_days,
        hub=wishes.links.get("hub", ""),
        self_url=wishes.links.get("self", ""),
        archive=wishes.links.get("prev-archive", ""),
        parser=reading.parser,
        repaired=reading.repaired,
        dropped=dropped + max(0, len(reading.entries) - MAX_ITEMS),
    )


def _item(entry: Mapping[str, object], wishes: "_Wishes", zone: str) -> Item | None:
    guid = _text(entry.get("id"), _MAX_ADDRESS)
    address = address_in(_link(entry.get("link")), wishes.base) or address_in(entry.get("id"))
    if not address:
        return None
    published, updated = _dates(entry, guid, zone)
    return Item(
        url=address,
        guid=guid,
        title=plain_text(entry.get("title"), _MAX_TITLE),
        summary=plain_text(entry.get("description") or _content(entry), _MAX_SUMMARY),
        author=_author(entry.get("author")),
        published=published,
        updated=updated,
        language=language_in(entry.get("language")) or wishes.language,
    )


def _content(entry: Mapping[str, object]) -> object:
    """Return the text that an entry brings along whole: in JSON nothing else may be told."""
    contents = entry.get("content")
    first = contents[0] if isinstance(contents, list) and contents else None
    return first.get("value") if isinstance(first, dict) else None


def _dates(
    entry: Mapping[str, object], guid: str, zone: str
) -> tuple[datetime | None, datetime | None]:
    first, second = (
        read_date(text, zone=zone) if isinstance(text, str) else None
        for text in (entry.get("published"), entry.get("updated"))
    )
    if first and not guid.startswith("http") and first == read_date(guid):
        first = None  # fastfeedparser looks for a missing date in the guid
    return first or second, None if first is None or first == second else second


def _link(value: object) -> str:
    """Return a link without an escape too many, and with its spaces escaped as browsers do."""
    link = _text(value, _MAX_ADDRESS + 1).replace("&amp;", "&")
    return link.replace(" ", "%20") if link.startswith(("http://", "https://", "/")) else link


_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def address_in(value: object, base: str = "") -> str:
    """Return an absolute http address, or nothing."""
    text = _text(value, _MAX_ADDRESS + 1)
    if not text or len(text) > _MAX_ADDRESS or " " in text:
        return ""
    with suppress(ValueError):
        if base and not _SCHEME.match(text):
            text = urljoin(base, text)
        parts = urlsplit(text)
        return text if parts.scheme in {"http", "https"} and parts.hostname else ""
    return ""


_NAMED = re.compile(r"\S+@\S+ \((?P<after>[^()]+)\)|(?P<before>[^()]+) \(\S+@\S+\)")


def _author(value: object) -> str:
    """A name without the mail address that RSS asks for."""
    text = plain_text(value, _MAX_NAME)
    if "@" not in text:
        return text
    match = _NAMED.fullmatch(text)
    return (match["after"] or match["before"]).strip() if match else ""


# --- text ------------------------------------------------------------------------------------

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_BREAK = re.compile(r"</?(?:p|br|div|li|ul|ol|tr|td|th|h[1-6]|blockquote)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(
    r"<!--.*?(?:-->|$)|<(script|style)\b.*?(?:</\1\s*>|$)|</?[a-z][^<>]*(?:>|$)|<!\[CDATA\[|\]\]>",
    re.DOTALL | re.IGNORECASE,
)


def _text(value: object, limit: int) -> str:
    """One line of text that every encoding can carry."""
    if not isinstance(value, str):
        return ""
    text = " ".join(value[: 8 * limit].split())[:limit]
    return text if text.isprintable() else _UNPRINTABLE.sub("", text)


def plain_text(value: object, limit: int) -> str:
    """Return text without markup; unescaped twice, for what was escaped twice."""
    if not isinstance(value, str):
        return ""
    text = value[: 8 * limit]
    for _ in range(2):
        if "<" in text:
            text = _TAG.sub("", _BREAK.sub(" ", text))
        if "&" not in text:
            break
        text = html.unescape(text)
    return _text(text, limit)


_LANGUAGE = re.compile(r"([a-z]{2})(?![a-z])")
_MISSPELT = {"ua": "uk", "by": "be", "cz": "cs"}  # countries, where languages are asked for


def language_in(value: object) -> str:
    """Return the ISO 639-1 code that a language tag begins with, or nothing."""
    match = _LANGUAGE.match(value.strip().lower()) if isinstance(value, str) else None
    return _MISSPELT.get(match[1], match[1]) if match else ""


# --- what the publisher asks of pollers ------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What stands in a feed beside its entries."""

    base: str
    language: str = ""
    floor: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    links: Mapping[str, str] = field(default_factory=dict)


def _wishes(body: bytes, form: Form, url: str) -> _Wishes:
    if form is Form.JSON:
        with suppress(ValueError, RecursionError):  # a brace before a feed in XML
            return _json_wishes(body, url)
    return _xml_wishes(body, url)


def _json_wishes(body: bytes, url: str) -> _Wishes:
    feed = json.loads(body)
    hubs = feed.get("hubs")
    first = hubs[0] if isinstance(hubs, list) and hubs else None
    hub = first.get("url") if isinstance(first, dict) else ""
    links = {"hub": address_in(hub, url), "self": address_in(feed.get("feed_url"), url)}
    return _Wishes(url, language_in(feed.get("language")), links=links)


_PARSER = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
_XML = "{http://www.w3.org/XML/1998/namespace}"
_MOST_HEAD = 65_536  # bytes
_ENTRY_START = re.compile(rb"<(?:\w+:)?(?:item|entry)[\s>]")


def _xml_wishes(body: bytes, url: str) -> _Wishes:
    """Read the document with its entries cut out."""
    facts, links = _facts(_without_entries(body), url)
    hours = frozenset(int(text) % 24 for text in facts["hour"] if _SMALL.fullmatch(text))
    days = frozenset(_DAYS[text[:3]] for text in facts["day"] if text[:3] in _DAYS)
    return _Wishes(
        base=next(iter(facts["base"]), url),
        language=next(filter(None, map(language_in, facts["language"])), ""),
        floor=max(filter(None, (_ttl(facts), _period(facts))), default=None),
        skip_hours=hours if len(hours) < 24 else frozenset(),  # noqa: PLR2004 - a whole day
        skip_days=days if len(days) < len(_DAYS) else frozenset(),
        links=links,
    )


def _without_entries(body: bytes) -> bytes:
    first = _ENTRY_START.search(body)
    if first is None:
        return body[:_MOST_HEAD]
    end = max(body.rfind(b"</item>"), body.rfind(b"</entry>"))
    tail = body[body.find(b">", end) + 1 :] if end > first.start() else b""
    return body[: first.start()][:_MOST_HEAD] + tail[:_MOST_HEAD]


def _facts(head: bytes, url: str) -> tuple[Mapping[str, list[str]], dict[str, str]]:
    """Texts by their element's local name, lower case, and links by relation."""
    facts: defaultdict[str, list[str]] = defaultdict(list)
    links: dict[str, str] = {}
    with suppress(etree.LxmlError, ValueError):  # nothing to mend, or half a character in it
        for element in _elements(head):
            name = element.tag.rpartition("}")[2]
            if name == "link" and element.get("rel"):
                links.setdefault(element.get("rel", ""), address_in(element.get("href"), url))
            elif text := (element.text or "").strip().lower():
                facts[name].append(text)
            facts["language"].extend(filter(None, [element.get(f"{_XML}lang")]))
            facts["base"].extend(filter(None, [address_in(element.get(f"{_XML}base"), url)]))
    return facts, links


def _elements(head: bytes) -> Iterator[etree._Element]:
    root = etree.fromstring(head, _PARSER)
    if root is not None:  # a parser that mends may be left with nothing
        yield from root.iter(etree.Element)


_SMALL = re.compile(r"[0-9]{1,6}")
_DAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
_PERIODS = {
    "hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30), "yearly": timedelta(days=365),
}  # fmt: skip


def _ttl(facts: Mapping[str, list[str]]) -> timedelta | None:
    minutes = _number(facts, "ttl")
    return min(timedelta(minutes=minutes), _LONGEST_FLOOR) if minutes else None


def _period(facts: Mapping[str, list[str]]) -> timedelta | None:
    """RSS 1.0 syndication module: so many updates in a period, one a day by default."""
    if "updatePeriod" not in facts and "updateFrequency" not in facts:
        return None
    period = _PERIODS.get(next(iter(facts["updatePeriod"]), "daily"))
    return period / (_number(facts, "updateFrequency") or 1) if period else None


def _number(facts: Mapping[str, list[str]], name: str) -> int:
    text = next(iter(facts[name]), "")
    return int(text) if _SMALL.fullmatch(text) else 0
