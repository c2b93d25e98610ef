"""Feeds as JSON Feed 1.1 (jsonfeed.org)."""

from collections.abc import Mapping

import msgspec

from crawler.render.document import Copy, Document, Item, address, body_of, named, plain, rfc3339

MEDIA_TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def write_jsonfeed(document: Document) -> bytes:
    """Return the feed as JSON Feed; `_kordon` holds what the format has no name for."""
    feed = {
        "version": VERSION,
        "title": plain(document.title),
        "description": plain(document.description),
        "home_page_url": document.home,
        "feed_url": document.url,
        "items": [_item(item) for item in document.items],
    }
    hubs = {"hubs": [{"type": "WebSub", "url": document.hub}]} if document.hub else {}
    return msgspec.json.encode(feed | _given(language=document.language) | hubs)


def _item(item: Item) -> Mapping[str, object]:
    return {
        "id": item.id,
        "title": plain(item.copy.title) or named(item.copy),
        "content_html": body_of(item),
        "date_published": rfc3339(item.published),
        "date_modified": rfc3339(item.updated),
        "authors": [{"name": named(item.copy)} | _given(url=address(item.source))],
        "tags": [plain(tag) for tag in item.tags],
        "_kordon": {"copies": [_copy(copy) for copy in (item.copy, *item.copies)]},
    } | _given(url=address(item.copy.url), summary=plain(item.excerpt), language=item.language)


def _copy(copy: Copy) -> Mapping[str, object]:
    return {
        "outlet": plain(copy.outlet),
        "title": plain(copy.title),
        "relation": copy.relation,
        "state_controlled": copy.state_controlled,
    } | _given(url=address(copy.url))


def _given(**texts: str) -> dict[str, str]:
    """Return those that are not empty: a reader takes an empty address for one."""
    return {name: text for name, text in texts.items() if text}
