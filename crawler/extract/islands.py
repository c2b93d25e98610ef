"""An article's text in the data that a page's scripts would render, where the page shows none.

Source: docs/decisions/0225-text-in-data.md
"""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

from lxml.html import HtmlElement

from crawler.extract.paragraphs import paragraphs_of
from crawler.extract.payloads import in_program, unflattened
from crawler.extract.titles import clean, letters

_BODIES = (
    "articleBody", "bodyHtml", "body_html", "bodyText", "body", "content_elements", "contentHtml",
    "content", "contents", "text", "html", "htmlText", "markup", "paragraphs", "p", "blocks",
    "components", "elements", "items", "fields", "rendered", "value", "model", "data", "children",
)  # what news systems call a text or a part of it, the most telling first  # fmt: skip
_TITLES = ("title", "headline", "headlines", "heading", "name", "seoTitle", "rendered", "basic")
_KINDS = ("type", "nodeType", "name", "tagName", "tag", "kind", "__typename")
_PARAGRAPH = re.compile(r"(?:^|[-_.])(?:p|para(?:graph)?|h[1-6]|heading)$", re.IGNORECASE)
_PICTURE = frozenset({"caption", "credit", "src", "thumbnail"})
_HEADED, _LINKED = frozenset({"title", "headline"}), frozenset({"url", "href", "slug", "link"})
_ASSIGNED = re.compile(r"=\s*(?:(?=\{)|JSON\.parse\(\s*(?=\"))")
_ASSIGNED_MOST = 50  # of one script; to tell where JSON breaks off takes as long as to read it
_TITLED_MOST = 20  # objects that bear the title
_PARTS_MOST = 2_000  # of a text
_SHORTEST, _LONGEST = 250, 4_000_000  # letters of one script
_DEEPEST = 40
_DECODER = json.JSONDecoder(strict=False)


def lines_in_data(tree: HtmlElement, title: str) -> list[str]:
    """Return the paragraphs of the longest text that the page's data holds under its title.

    Only what stands beside the title is the article: data tells of other articles, too.

    Args:
        tree: The page.
        title: The article's; without one there is no text.
    """
    wanted = letters(title)
    if not wanted:
        return []
    titled = (
        node
        for island in _islands(tree)
        for node in _nodes(island, 0)
        if any(letters(one) == wanted for one in _titles(node, 0))
    )
    told = (_parts(node, 0) for node in islice(titled, _TITLED_MOST))
    longest = max(told, key=_length, default=[])
    return [line for part in longest[:_PARTS_MOST] for line in paragraphs_of(part)]


def _islands(tree: HtmlElement) -> Iterator[object]:
    for script in tree.iter("script"):
        text, kind = (script.text or "").strip(), (script.get("type") or "").lower()
        if not _SHORTEST <= len(text) <= _LONGEST or "ld+json" in kind:
            continue
        if "json" in kind:
            value, _ = _loaded(text, 0)
            yield unflattened(value) if script.get("id") == "__NUXT_DATA__" else value
        else:
            yield from _assigned(text)
            yield in_program(text)


def _assigned(script: str) -> Iterator[object]:
    """Yield the objects that a script assigns, as far as they are JSON."""
    end = 0
    for _ in range(_ASSIGNED_MOST):
        found = _ASSIGNED.search(script, end)
        if found is None:
            return
        value, end = _loaded(script, found.end())
        yield value


def _loaded(text: str, start: int) -> tuple[object, int]:
    """Return the JSON that begins at a place, also as a string of it, and where it ends."""
    with suppress(ValueError, RecursionError):
        value, end = _DECODER.raw_decode(text, start)
        return (_DECODER.decode(value) if isinstance(value, str) else value), end
    return None, start


def _nodes(value: object, depth: int) -> Iterator[dict[str, object]]:
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inside:
        if isinstance(one, dict | list):
            yield from _nodes(one, depth + 1)


def _titles(node: dict[str, object], depth: int) -> Iterator[str]:
    for name in _TITLES:
        value = node.get(name)
        if isinstance(value, str):
            yield clean(value)
        elif isinstance(value, dict) and depth == 0:
            yield from _titles(value, 1)


def _parts(value: object, depth: int) -> list[str]:
    """Return the pieces of a text, as written; those of one paragraph are one."""
    if depth > _DEEPEST:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [part for one in value for part in _parts(one, depth + 1)]
    if not isinstance(value, dict) or (depth and _is_beside(value)):
        return []
    told = (_parts(value[name], depth + 1) for name in _BODIES if name in value)
    parts = max(told, key=_length, default=[])
    return ["".join(parts)] if _is_paragraph(value) else parts


def _length(parts: list[str]) -> int:
    return sum(map(len, parts))


def _is_beside(node: dict[str, object]) -> bool:
    """Tell whether a part of an article is a picture with its caption, or another article."""
    headed, linked = not _HEADED.isdisjoint(node), not _LINKED.isdisjoint(node)
    return not _PICTURE.isdisjoint(node) or (headed and linked)


def _is_paragraph(node: dict[str, object]) -> bool:
    kinds = (node.get(name) for name in _KINDS)
    return any(isinstance(kind, str) and _PARAGRAPH.search(kind) for kind in kinds)
