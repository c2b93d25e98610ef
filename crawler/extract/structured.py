"""What a page says about itself in JSON-LD: the one node that is its article."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from lxml.html import HtmlElement

Node = dict[str, Any]

ARTICLES = frozenset({"BlogPosting", "LiveBlogPosting", "Report", "SocialMediaPosting", "Review"})
_NESTED = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart", "subjectOf", "itemReviewed")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/)|(?:-->|//\s*\]\]>|;)\s*$"
)
_HALF = re.compile("[\ud800-\udfff]")
_DEEPEST = 5
_LONGEST = 2_000_000  # letters of one script; state dumps are not descriptions


def article_node(tree: HtmlElement, address: str, heading: str) -> Node:
    """Return the JSON-LD node that describes the page's article; empty when there is none.

    Pages list other articles beside their own, so among several the one that names the
    page's address wins, then the one that bears its heading, then the fullest.
    """
    told = list(_nodes(tree))
    nodes = [node for node in told if _is_article(node)]
    best = max(nodes, key=lambda node: _likeness(node, address, heading), default={})
    return best | {"author": _resolved(best["author"], told)} if "author" in best else best


def _resolved(value: object, nodes: Iterable[Node]) -> object:
    """Return a value with the nodes in place of those that only name their ids."""
    known = {node["@id"]: node for node in nodes if node.get("name") and _is_id(node.get("@id"))}
    values = value if isinstance(value, list) else [value]
    return [
        known.get(one["@id"], one) if isinstance(one, dict) and _is_id(one.get("@id")) else one
        for one in values
    ]


def _is_id(value: object) -> bool:
    return isinstance(value, str)


def texts(value: object) -> Iterator[str]:
    """Yield the strings of a JSON-LD value, whichever of its many shapes it took.

    Sites that cut a headline within an emoji leave half of its escape, which no encoding carries.
    """
    if isinstance(value, str):
        yield _HALF.sub("\ufffd", value)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        yield from texts(value.get("name") or value.get("@value") or value.get("@id") or "")


def first(value: object) -> str:
    """Return the first string of a JSON-LD value, or nothing."""
    return next(texts(value), "")


def _nodes(tree: HtmlElement) -> Iterator[Node]:
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "") and script.text:
            yield from _walk(_load(script.text), 0)


def _load(text: str) -> object:
    if len(text) > _LONGEST:
        return None
    text = _WRAPPING.sub("", _WRAPPING.sub("", text))
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _walk(value: object, depth: int) -> Iterator[Node]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for name in _NESTED:
            yield from _walk(value.get(name), depth + 1)


def _is_article(node: Node) -> bool:
    kinds = [kind.rpartition("/")[2] for kind in texts(node.get("@type"))]
    named = any(kind.endswith("Article") or kind in ARTICLES for kind in kinds)
    return named and any(node.get(fact) for fact in ("headline", "datePublished", "articleBody"))


def _likeness(node: Node, address: str, heading: str) -> tuple[bool, bool, int]:
    addresses = {
        _bare(link) for name in ("url", "mainEntityOfPage", "@id") for link in texts(node.get(name))
    }
    headline = " ".join(first(node.get("headline")).split()).casefold()
    return _bare(address) in addresses, headline == heading.casefold(), len(node)


def _bare(address: str) -> str:
    return address.partition("://")[2].partition("?")[0].partition("#")[0].rstrip("/").lower()
