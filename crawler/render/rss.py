"""Feeds as RSS 2.0 (the RSS Advisory Board's specification, with atom:link for the address)."""

from email.utils import format_datetime

from lxml import etree

from crawler.render.document import GENERATOR, Document, Item, address, body_of, named, plain

MEDIA_TYPE = "application/rss+xml"
ATOM = "http://www.w3.org/2005/Atom"
DC = "http://purl.org/dc/elements/1.1/"
TTL_MINUTES = 5


def write_rss(document: Document) -> bytes:
    """Return the feed as RSS 2.0."""
    root = etree.Element("rss", version="2.0", nsmap={"atom": ATOM, "dc": DC})
    channel = etree.SubElement(root, "channel")
    _add(channel, "title", plain(document.title))
    _add(channel, "link", document.home)
    _add(channel, "description", plain(document.description))
    if document.language:
        _add(channel, "language", document.language)
    _add(channel, "lastBuildDate", format_datetime(document.updated, usegmt=True))
    _add(channel, "generator", GENERATOR)
    _add(channel, "ttl", str(TTL_MINUTES))
    own = {"href": document.url, "rel": "self", "type": MEDIA_TYPE}
    etree.SubElement(channel, f"{{{ATOM}}}link", own)
    if document.hub:
        etree.SubElement(channel, f"{{{ATOM}}}link", {"href": document.hub, "rel": "hub"})
    for item in document.items:
        _add_item(channel, item)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_item(channel: etree._Element, item: Item) -> None:
    node = etree.SubElement(channel, "item")
    _add(node, "title", plain(item.copy.title) or named(item.copy))
    if link := address(item.copy.url):
        _add(node, "link", link)
    _add(node, "description", body_of(item))
    _add(node, f"{{{DC}}}creator", named(item.copy))
    for tag in item.tags:
        _add(node, "category", plain(tag))
    _add(node, "guid", item.id, isPermaLink="false")
    _add(node, "pubDate", format_datetime(item.published, usegmt=True))
    if source := address(item.source):
        _add(node, "source", named(item.copy), url=source)


def _add(parent: etree._Element, name: str, text: str, **attributes: str) -> None:
    etree.SubElement(parent, name, attributes).text = text
