"""A page as a sequence of blocks: runs of text between block-level borders, each with its doubts.

A doubt is an element around a block that by its tag, class or role is usually no part of an
article (a sidebar, a share bar, a caption). Doubts are weighed later: themes name things oddly,
and a whole article inside something called `widget-area` is still an article.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import takewhile

from lxml.html import HtmlElement


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = _set(
    "script style noscript template head map svg math canvas iframe object embed applet audio "
    "video picture source track button select option textarea input label menu datalist dialog"
)
_DOUBTFUL_TAGS = frozenset({"nav", "footer", "aside", "form", "figure", "figcaption", "time"})
_BORDERS = _set(
    "address article aside blockquote body center dd details dir div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html li main nav ol p pre section "
    "summary table tbody td tfoot th thead time tr ul"
)
_INLINE = frozenset({"a", "b", "em", "font", "i", "small", "span", "strong", "u"})
_FRAMES = frozenset({"html", "body", "main", "article"})
_DOUBTFUL_ROLES = _set(
    "alert banner complementary contentinfo dialog menu menubar navigation search toolbar"
)
_BREAK = "\v"  # space that no page holds
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _tokens(names: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|[\s_-])(?:{'|'.join(names.split())})(?=$|[\s_-])", re.IGNORECASE)


_NEVER = _tokens(
    r"comments? consents? cookies? onetrust gdpr cmp disqus footer nav navigation sr-only "
    r"screen-?reader\S* visually-?hidden skip-?links?"
)  # what is not even looked at while anything else is there
_DOUBTFUL_NAMES = _tokens(
    r"comments? consents? cookies? onetrust gdpr cmp disqus footer nav navigation menu sr-only "
    r"screen-?reader\S* visually-?hidden skip-?links? hidden is-hidden sidebar related "
    r"recommend(?:ed|ations?)? newsletters? shar(?:e|ing) socials? promo(?:tion)?s? sponsor(?:ed)? "
    r"advert\w* ads? banners? breadcrumbs? (?:image|img|photo|picture|media)?-?captions? legend "
    r"credits? bylines? author-?(?:bio|box|info|card) bio tags? tag-?list toolbar popups? modal "
    r"overlay paywall outbrain taboola most-?(?:read|popular|viewed) read-?(?:more|also|next) "
    r"more-?(?:from|on|stories|news) see-?also subscri(?:be|ption)s? sign-?up widgets? "
    r"metadata timestamp dateline teasers? carousel gallery slideshow player polls? quiz "
    r"disclaimer copyright bildunterschrift"
)
_CAPTIONS = _tokens(r"(?:image|img|photo|picture|media)?-?captions? gallery slideshow")
_ARTICLE_NAMES = re.compile(
    r"(?:article|story|entry|post|content|news)[-_]{0,2}(?:body|content|text)(?![a-z])|body-?text",
    re.IGNORECASE,
)
_HIDDEN_STYLE = re.compile(r"display:\s*none|visibility:\s*hidden", re.IGNORECASE)
_UNSHOWN_STYLE = re.compile(
    r"display:\s*none|visibility:\s*hidden|clip:\s*rect\(\s*[01]", re.IGNORECASE
)
_FOR_SCREEN_READERS = _tokens(r"sr-only screen-?reader\S* visually-?hidden")


@dataclass(slots=True)
class Block:
    """A run of text without a block-level border inside."""

    text: str
    linked: int  # letters of it inside links
    element: HtmlElement
    doubts: tuple[HtmlElement, ...]
    ancestors: frozenset[HtmlElement] = field(repr=False)
    prose: float = field(init=False)  # how much it speaks for an article around it; < 0: against

    def __post_init__(self) -> None:
        self.prose = self._weighed()

    @property
    def is_heading(self) -> bool:
        """Whether it stands in h1 to h6."""
        return self.element.tag in HEADINGS

    @property
    def is_link(self) -> bool:
        """Whether most of it leads elsewhere."""
        return self.linked > len(self.text) / 2

    def _weighed(self) -> float:
        """Return the block's prose: sentences count by their letters, links against.

        List items count little, since navigation is made of them, and short lines without an end
        are labels.
        """
        length = len(self.text)
        if _IDEOGRAPHS.search(self.text):
            length *= _IDEOGRAPH_LETTERS
        if self.element.tag in HEADINGS:
            return 0.0
        if self.is_link:
            return -0.8 * length
        if self.element.tag == "li":
            return 0.3 * length if length > _SENTENCE else -5.0
        if length < _LABEL:
            return -8.0
        return float(length) if length >= _SENTENCE or _ENDED.search(self.text) else -12.0


_IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_IDEOGRAPH_LETTERS = 3  # one says about as much as three letters
_LABEL = 25  # letters
_SENTENCE = 60
_SURE_SENTENCE = 120  # no title or menu entry is so long
_ENDED = re.compile(r"[.!?…:;。][\"'”»“’)]*$|[\"”»“]$")


def is_sentence(text: str) -> bool:
    """Return whether a line of text says something: it ends as sentences do, or is long."""
    return len(text) >= _SURE_SENTENCE or (len(text) >= _LABEL and bool(_ENDED.search(text)))


def blocks_of(root: HtmlElement) -> list[Block]:
    """Return the blocks of a page in the order they are read."""
    walk = _Walk()
    walk.through(root)
    return walk.blocks


def is_caption(element: HtmlElement) -> bool:
    """Return whether an element holds a picture with its caption, or the caption."""
    return element.tag in {"figure", "figcaption"} or bool(_CAPTIONS.search(_names(element)))


def is_never_article(element: HtmlElement) -> bool:
    """Return whether an element is furniture beyond doubt, such as a consent dialogue."""
    return (
        element.tag in {"nav", "footer"}
        or element.get("role") in {"dialog", "navigation", "contentinfo"}
        or _names_rule_out(_names(element))
    )


def _names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''}"


@lru_cache(maxsize=4096)
def _names_rule_out(names: str) -> bool:
    return bool(_NEVER.search(names))


@lru_cache(maxsize=4096)
def _names_raise_doubt(names: str) -> bool:
    if _ARTICLE_NAMES.search(names):
        return False
    return bool(_DOUBTFUL_NAMES.search(_CAMEL.sub("-", names)))


def _is_doubtful(element: HtmlElement) -> bool:
    tag = element.tag
    if tag in _FRAMES:
        return False
    if tag in _DOUBTFUL_TAGS or element.get("hidden") is not None:
        return True
    if element.get("aria-hidden") == "true" or element.get("role") in _DOUBTFUL_ROLES:
        return True
    if element.get("itemprop") == "articleBody":
        return False
    style = element.get("style")
    return bool(style and _HIDDEN_STYLE.search(style)) or _names_raise_doubt(_names(element))


def _is_hint(element: HtmlElement, *, in_link: bool) -> bool:
    """Return whether a few words within a line are not shown, as those that say where links lead.

    What is longer may be the rest of a text that a click unfolds.
    """
    if element.tag not in _INLINE:
        return False
    names = _CAMEL.sub("-", element.get("class") or "") if in_link else ""
    unshown = _UNSHOWN_STYLE.search(element.get("style") or "")
    hint = unshown or (names and _FOR_SCREEN_READERS.search(names))
    return bool(hint) and len(element.text_content()) < _SENTENCE


class _Walk:
    """One pass over a tree; text gathers until a border ends its block."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._parts: list[str] = []
        self._linked = 0
        self._doubts: list[HtmlElement] = []
        self._path: list[HtmlElement] = []
        self._ancestors: frozenset[HtmlElement] | None = None

    def through(self, root: HtmlElement) -> None:
        self._enter(root)
        self._inside(root, in_link=False)
        self._end()
        self._leave()

    def _inside(self, parent: HtmlElement, *, in_link: bool) -> None:
        self._add(parent.text, in_link=in_link)
        for child in parent:
            tag = child.tag
            if tag == "br":
                self._break()
            elif (
                isinstance(tag, str) and tag not in _UNSEEN and not _is_hint(child, in_link=in_link)
            ):
                self._child(child, tag, in_link=in_link or tag == "a")
            self._add(child.tail, in_link=in_link)

    def _break(self) -> None:
        """Take a second line break in a row for the end of a paragraph."""
        line = "".join(takewhile(str.isspace, reversed(self._parts)))
        if _BREAK in line:
            self._end()
        else:
            self._parts.append(_BREAK)

    def _child(self, child: HtmlElement, tag: str, *, in_link: bool) -> None:
        doubtful = tag not in _INLINE and _is_doubtful(child)
        if not doubtful and tag not in _BORDERS:
            self._inside(child, in_link=in_link)
            return
        self._end()
        self._enter(child)
        if doubtful:
            self._doubts.append(child)
        self._inside(child, in_link=in_link)
        self._end()
        if doubtful:
            self._doubts.pop()
        self._leave()

    def _enter(self, element: HtmlElement) -> None:
        self._path.append(element)
        self._ancestors = None

    def _leave(self) -> None:
        self._path.pop()
        self._ancestors = None

    def _add(self, text: str | None, *, in_link: bool) -> None:
        if text:
            self._parts.append(text)
            if in_link:
                self._linked += len(text.strip())

    def _end(self) -> None:
        text = " ".join("".join(self._parts).split()) if self._parts else ""
        if text:
            if self._ancestors is None:
                self._ancestors = frozenset(self._path)
            doubts = tuple(self._doubts)
            self.blocks.append(Block(text, self._linked, self._path[-1], doubts, self._ancestors))
        self._parts.clear()
        self._linked = 0
