"""What publishers are made of: outlets in their house style, feeds with their faults, pages."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crawler.model import Relation, SkipReason


class Kin(StrEnum):
    """How a page came from another, as its author knows it; wider than what can be seen."""

    COPY = "copy"
    REVISION = "revision"
    EXCERPT = "excerpt"
    EXPANSION = "expansion"
    DIGEST = "digest"
    PARTIAL = "partial"
    TEMPLATE = "template"
    REWRITE = "rewrite"  # the same happening in own words
    TRANSLATION = "translation"

    @property
    def relation(self) -> Relation:
        """What a comparison of the two texts should find."""
        own_words = self in {Kin.REWRITE, Kin.TRANSLATION}
        return Relation.UNRELATED if own_words else Relation(self.value)


class FeedFormat(StrEnum):
    """The four formats publishers use."""

    RSS = "rss-2.0"
    RDF = "rss-1.0"
    ATOM = "atom"
    JSON = "json-feed"


class Fault(StrEnum):
    """What is wrong with a feed."""

    NONE = ""
    MALFORMED = "malformed"  # not well-formed, yet every entry can be saved
    HTML = "html"  # a notice to readers where the feed should be
    MISSING = "missing"  # 404
    SLOW = "slow"
    MISLABELLED = "mislabelled"  # windows-1251 that calls itself UTF-8; only the header is right
    MOVED = "moved"  # 301


@dataclass(frozen=True, slots=True)
class DemoFeed:
    """A feed of one outlet."""

    name: str
    url: str
    format: FeedFormat = FeedFormat.RSS
    fault: Fault = Fault.NONE
    target: str = ""  # where a moved feed lives now


@dataclass(frozen=True, slots=True)
class DemoOutlet:
    """A fictional publisher and its house style."""

    id: str
    name: str
    host: str
    language: str
    country: str
    kind: str
    skin: str
    paths: str  # with {number}, {slug}, {year}, {month}, {day}
    time_zone: str  # IANA name
    feeds: tuple[DemoFeed, ...]
    before: tuple[str, ...]  # the house's paragraphs around every article
    after: tuple[str, ...]
    read_also: bool = False  # a link in the middle of the text
    state_controlled: bool = False
    encoding: str = "utf-8"
    robots: str = ""  # empty: no robots file
    author: str = ""

    @property
    def homepage(self) -> str:
        """The address of the front page."""
        return f"http://{self.host}/"


@dataclass(frozen=True, slots=True)
class DemoPage:
    """What one address shows from one act on, and what ought to become of it."""

    key: str  # story file and page id: "medyka-third-lane/border-courier"
    outlet: DemoOutlet
    url: str
    headline: str
    paragraphs: tuple[str, ...]
    published: datetime
    modified: datetime
    act: int
    feed: str
    author: str
    story: str = ""  # the key of the story's first page; empty when skipped
    kin: Kin | None = None
    of: tuple[str, ...] = ()  # keys
    skip: SkipReason | None = None
