"""A feed as it is meant, before it is written in a format; and what makes its words harmless."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from urllib.parse import urlsplit

import nh3

GENERATOR = "Kordon"
TAGS = {"p", "ul", "li", "a", "em", "strong", "br", "blockquote"}

# What XML cannot hold, what drives a terminal, and what turns the direction of the text around it.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
    "\ufdd0-\ufdef\ufffe\uffff]"
)
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Copy:
    """One outlet's version of a story."""

    outlet: str  # its name
    title: str
    url: str
    relation: str
    state_controlled: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A story in a feed."""

    id: str  # a URI that never changes
    copy: Copy  # the canonical one
    source: str  # address of its outlet's feed, or homepage; may be empty
    published: datetime
    updated: datetime
    language: str
    excerpt: str = ""  # plain; empty where the outlet objects
    paragraphs: Sequence[str] = ()  # the whole text, only where the outlet allows it
    copies: Sequence[Copy] = ()  # the others
    tags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """A feed."""

    title: str
    description: str
    url: str  # its own address
    home: str
    items: Sequence[Item]
    language: str = ""
    hub: str = ""  # that is told when it changes (WebSub)

    @property
    def updated(self) -> datetime:
        """When its newest item changed; the epoch for an empty feed."""
        return max((item.updated for item in self.items), default=datetime.fromtimestamp(0, UTC))


def plain(text: str) -> str:
    """Return a publisher's words in one line, without what could break or disguise them."""
    return _SPACE.sub(" ", _HARMFUL.sub("", text)).strip()


def address(url: str) -> str:
    """Return an address that a reader may follow; nothing for any other scheme."""
    cleaned = _HARMFUL.sub("", url).strip()
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return ""
    usable = parts.scheme in {"http", "https"} and parts.netloc and not _SPACE.search(cleaned)
    return cleaned if usable else ""


def named(copy: Copy) -> str:
    """Return an outlet's name, marked when a state controls it."""
    return f"{plain(copy.outlet)}{' (state-controlled)' if copy.state_controlled else ''}"


def body_of(item: Item) -> str:
    """Return an item's HTML: text or excerpt, then a link to every copy; sanitised last."""
    texts = item.paragraphs or ((item.excerpt,) if item.excerpt else ())
    written = "".join(f"<p>{escape(plain(text))}</p>" for text in texts)
    links = "".join(f"<li>{_link(copy)}</li>" for copy in (item.copy, *item.copies))
    return nh3.clean(f"{written}<ul>{links}</ul>", tags=TAGS, url_schemes={"http", "https"})


def rfc3339(at: datetime) -> str:
    """Return an instant as Atom and JSON Feed write it."""
    return at.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _link(copy: Copy) -> str:
    name, title = escape(named(copy)), escape(plain(copy.title))
    url = address(copy.url)
    shown = f'<a href="{escape(url)}">{title or name}</a>' if url else title
    return f"{name}: {shown}"
