"""Who wrote a page's article, by what the page says and shows."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import islice, takewhile

from lxml.html import HtmlElement

from crawler.extract.nearness import nearest
from crawler.extract.structured import Node, texts
from crawler.extract.titles import clean

AUTHOR_NAMES = (
    "author",
    "article:author",
    "dc.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
    "dcterms.creator",
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CALLED_AUTHOR = re.compile(
    r"(?:^|[\s_-])(?:authors?|byline|autor(?:in|e|ka|ul|zy)?|journalist|writer|szerzo|yazar)"
    r"(?:$|[\s_-](?:names?|link|by|inner|text|title)?(?:$|[\s_-]))",
    re.IGNORECASE,
)
_BEFORE_NAMES = re.compile(
    r"^(?:(?:by|von|par|autor(?:ka|i|ul|ka|zy)?|автор(?:ка|и)?|аўтар(?:ка|ы)?)\b[:\s]*"
    r"|(?:written|posted|added) by\s"
    r"|(?:текст|тэкст|tekst|text|opracowa(?:nie|ł|ła)|szerző|írta|yazar|yazan|haber|добавил[аи]?"
    r"|опубликовал[аи]?|author)\s*:\s*)",
    re.IGNORECASE,
)
_BETWEEN_NAMES = re.compile(
    r",\s+|;\s*|\s+(?:and|und|et|та|и|i|oraz|és|a|ve|şi|și|і|og|och|ja|ir|un)\s+(?=[^\W\d_a-zа-яіїєґў])"
)
_LETTER = re.compile(r"[^\W\d_]")
_NO_NAME = re.compile(r"://|\S@\S")  # a profile, a mailbox
_BEHIND_NAMES = re.compile(r"\s*[|·•/(]|\s+[–—-](?:\s|$)|\s+(?=\d)")
_NAME = re.compile(
    r"(?:(?:van|von|de|der|den|da|di|del|al|el|ten|zu|y|la|le)\s+|[^\W\d_a-zа-яіїєґў][\w.'’‑-]*\s*){2,5}"
)
_LONGEST = 60  # letters; a name, not a sentence
_LONGEST_LINE = 120
_MOST = 20
_FEW = 4  # of a byline
_NEAREST = 400  # elements around the heading that are looked at
_TAGS = ("a", "address", "b", "dd", "div", "em", "h4", "h5", "i", "li", "p", "span", "strong", "td")


def authors_of(
    tree: HtmlElement, meta: Mapping[str, str], node: Node, title: str
) -> tuple[str, ...]:
    """Return the names of an article's authors: those told, else those in a byline.

    Args:
        tree: The page.
        meta: Contents of its meta elements by name, in lower case.
        node: The article's structured data.
        title: The article's, near which its byline stands.
    """
    said = (
        list(texts(node.get("author"))),
        *([meta[name]] for name in AUTHOR_NAMES if name in meta),
    )
    told = (dict.fromkeys(name for text in some for name in _names(text)) for some in said)
    names = next(filter(None, told), None)
    return tuple(islice(names, _MOST)) if names else _shown(tree, title)


def _names(text: str) -> Iterator[str]:
    for name in _BETWEEN_NAMES.split(_BEFORE_NAMES.sub("", clean(text))):
        if len(name) <= _LONGEST and _LETTER.search(name) and not _NO_NAME.search(name):
            yield name.strip(" ,|")


def _shown(tree: HtmlElement, title: str) -> tuple[str, ...]:
    """Return the names in a byline: of what is marked as one, called one, or begins as one."""
    elements = list(islice(nearest(tree, title, *_TAGS), _NEAREST))
    for kind in (_is_marked, _is_called, _begins):
        bylines = [element for element in elements if kind(element)]
        for byline in bylines:
            row = (*reversed(_row(byline, kind, back=True)), byline, *_row(byline, kind))
            if names := [name for one in row for name in _persons(_line(one))]:
                return tuple(dict.fromkeys(names))[:_FEW]
    return ()


def _row(
    byline: HtmlElement, kind: Callable[[HtmlElement], bool], *, back: bool = False
) -> list[HtmlElement]:
    """Return the bylines that follow one, or precede it, without another element between."""
    return list(takewhile(kind, byline.itersiblings(preceding=back)))


def _is_marked(element: HtmlElement) -> bool:
    return element.get("rel") == "author" or "author" in (element.get("itemprop") or "")


def _is_called(element: HtmlElement) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(_CALLED_AUTHOR.search(_CAMEL.sub("-", names)))


def _begins(element: HtmlElement) -> bool:
    return bool(_BEFORE_NAMES.match(clean(element.text_content()[:_LONGEST_LINE])))


def _line(element: HtmlElement) -> str:
    named = (one for one in element.iter() if one.get("itemprop") == "name")
    return clean(next(named, element).text_content()[: 2 * _LONGEST_LINE])


def _persons(line: str) -> Iterator[str]:
    """Yield what in a byline looks like names of people: up to a time, a role or a bracket."""
    if len(line) <= _LONGEST_LINE:
        names = _names(_BEHIND_NAMES.split(_BEFORE_NAMES.sub("", line))[0])
        yield from filter(_NAME.fullmatch, names)
