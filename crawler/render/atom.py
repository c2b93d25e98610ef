"""Feeds as Atom 1.0 (RFC 4287)."""

from lxml import etree

from crawler.render.document import (
    GENERATOR,
    Document,
    Item,
    address,
    body_of,
    named,
    plain,
    rfc3339,
)

MEDIA_TYPE = "application/atom+xml"
NAMESPACE = "http://www.w3.org/2005/Atom"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def write_atom(document: Document) -> bytes:
    """Return the feed as Atom."""
    root = etree.Element(f"{{{NAMESPACE}}}feed", nsmap={None: NAMESPACE})  # type: ignore[dict-item]
    if document.language:
        root.set(LANGUAGE, document.language)
    _add(root, "id", document.url)
    _add(root, "title", plain(document.title), type="text")
    _add(root, "subtitle", plain(document.description), type="text")
    _add(root, "updated", rfc3339(document.updated))
    _add(root, "generator", GENERATOR)
    _add(root, "link", href=document.url, rel="self", type=MEDIA_TYPE)
    if document.hub:
        _add(root, "link", href=document.hub, rel="hub")
    _add(root, "link", href=document.home, rel="alternate")
    for item in document.items:
        _add_entry(root, item)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_entry(root: etree._Element, item: Item) -> None:
    entry = _add(root, "entry")
    if item.language:
        entry.set(LANGUAGE, item.language)
    _add(entry, "id", item.id)
    _add(entry, "title", plain(item.copy.title) or named(item.copy), type="text")
    _add(entry, "published", rfc3339(item.published))
    _add(entry, "updated", rfc3339(item.updated))
    _add(_add(entry, "author"), "name", named(item.copy))
    _add_links(entry, item)
    for tag in item.tags:
        _add(entry, "category", term=plain(tag))
    if item.excerpt:
        _add(entry, "summary", plain(item.excerpt), type="text")
    _add(entry, "content", body_of(item), type="html")
    if source := address(item.source):
        origin = _add(entry, "source")
        _add(origin, "id", source)
        _add(origin, "title", named(item.copy), type="text")
        _add(origin, "updated", rfc3339(item.updated))
        _add(origin, "link", href=source)


def _add_links(entry: etree._Element, item: Item) -> None:
    if link := address(item.copy.url):
        _add(entry, "link", href=link, rel="alternate")
    for copy in item.copies:
        if other := address(copy.url):
            _add(entry, "link", href=other, rel="related", title=named(copy))


def _add(
    parent: etree._Element, name: str, text: str | None = None, **attributes: str
) -> etree._Element:
    node = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}", attributes)
    node.text = text
    return node
