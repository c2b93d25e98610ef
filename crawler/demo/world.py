"""The publisher world that ships with Kordon: outlets, their pages, and the truth about them.

Everything is a function of the data files and one instant, so that the stories are always fresh
and two loads at one instant are equal. See docs/explanation/demo-world.md.
"""

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from crawler.demo.address import slug
from crawler.demo.manuscript import Manuscript, Spec, Text, quoted, read_manuscript
from crawler.model import Relation, SkipReason

LAST_ACT = 2


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


@dataclass(frozen=True, slots=True)
class Bond:
    """`one` is a <kin> of `other`; both are addresses."""

    one: str
    other: str
    kin: Kin

    @property
    def relation(self) -> Relation:
        """What a comparison of the two texts should find."""
        return self.kin.relation


@dataclass(frozen=True, slots=True)
class Truth:
    """What a crawl of the world should find."""

    stories: Mapping[str, tuple[str, ...]]  # story key -> addresses, oldest first
    bonds: tuple[Bond, ...]
    skips: Mapping[str, SkipReason]  # address -> why it must not become an article
    revised: frozenset[str] = frozenset()  # addresses whose text is not their first


@dataclass(frozen=True, slots=True)
class World:
    """The world as it stands in one act."""

    now: datetime
    outlets: tuple[DemoOutlet, ...]
    everything: tuple[DemoPage, ...]  # of every act, by key order of the files
    showing: int = 1

    def act(self, number: int) -> "World":
        """Return the world in its act 1 or 2; the second has revisions and late copies."""
        return replace(self, showing=number)

    @property
    def pages(self) -> tuple[DemoPage, ...]:
        """One page for each address, in its newest text, newest first."""
        acts = sorted((page for page in self.everything if page.act <= self.showing), key=_act)
        newest = {page.url: page for page in acts}
        return tuple(sorted(newest.values(), key=_freshness, reverse=True))

    def listed(self, outlet: DemoOutlet, feed: DemoFeed) -> tuple[DemoPage, ...]:
        """The pages that the feed lists, newest first."""
        return tuple(p for p in self.pages if p.outlet.id == outlet.id and p.feed == feed.name)

    @property
    def truth(self) -> Truth:
        """What a crawl should find in this act."""
        pages = sorted(self.pages, key=lambda page: page.published)
        addresses = {page.key: page.url for page in self.everything}
        return Truth(
            stories=_stories(pages),
            bonds=tuple(_bonds(pages, addresses)),
            skips={page.url: page.skip for page in pages if page.skip is not None},
            revised=frozenset(page.url for page in pages if page.kin is Kin.REVISION),
        )

    def catalogue(self) -> str:
        """Return the feeds as a CSV catalogue, one feed a line."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(_CATALOGUE_COLUMNS)
        for outlet in self.outlets:
            writer.writerows(_catalogue_row(outlet, feed) for feed in outlet.feeds)
        return out.getvalue()


def load(now: datetime) -> World:
    """Return the world whose newest stories broke just before `now` (aware).

    Raises:
        KeyError, TypeError, ValueError: The data files do not hold together.
    """
    data = files("crawler.demo") / "data"
    outlets = tuple(_outlets(tomllib.loads(_read(data / "outlets.toml"))))
    sources = sorted((data / "stories").iterdir(), key=lambda file: file.name)
    manuscripts = [read_manuscript(file.name.removesuffix(".md"), _read(file)) for file in sources]
    return World(now, outlets, _Press(now, outlets, manuscripts).pages())


# --- from data files to values ---------------------------------------------------------------


class _Press:
    """Makes pages out of manuscripts; a page may refer to any page before it by key."""

    def __init__(
        self, now: datetime, outlets: Iterable[DemoOutlet], manuscripts: Sequence[Manuscript]
    ) -> None:
        self._now = now
        self._outlets = {outlet.id: outlet for outlet in outlets}
        self._texts = {
            f"{script.name}/{name}": text
            for script in manuscripts
            for name, text in script.texts.items()
        }
        self._specs = {
            f"{script.name}/{spec.id}": (script, spec)
            for script in manuscripts
            for spec in script.pages
        }
        self._made: dict[str, DemoPage] = {}

    def pages(self) -> tuple[DemoPage, ...]:
        for key in self._specs:
            self._page(key)
        return tuple(self._made.values())

    def _page(self, key: str) -> DemoPage:
        if key not in self._made:
            self._made[key] = self._make(key, *self._specs[key])
        return self._made[key]

    def _make(self, key: str, script: Manuscript, spec: Spec) -> DemoPage:
        of = tuple(_qualified(script, name) for name in spec.of)
        origin = self._page(of[0]) if of else None
        text = self._text(script, spec, origin)
        outlet = self._outlets[spec.outlet]
        moment = self._now - timedelta(hours=spec.ago)
        page = DemoPage(
            key=key,
            outlet=outlet,
            url=_address(outlet, spec.path, key, text.headline, moment),
            headline=text.headline,
            paragraphs=text.paragraphs,
            published=moment,
            modified=moment,
            act=spec.act,
            feed=spec.feed,
            author=spec.author or outlet.author,
            kin=Kin(spec.relation) if spec.relation else None,
            of=of,
            skip=SkipReason(spec.skip) if spec.skip else None,
        )
        return _related(page, origin)

    def _text(self, script: Manuscript, spec: Spec, origin: DemoPage | None) -> Text:
        """The page's headline and paragraphs, as `Spec` says they come about."""
        start = self._start(script, spec, origin)
        body = _edited(start.paragraphs[: spec.keep or None], spec, script.name)
        lead, plus = (self._paragraphs(script, name) for name in (spec.lead, spec.plus))
        credit = (spec.credit,) if spec.credit else ()
        filled = (_filled(part, spec.fill) for part in (*lead, *body, *plus, *credit))
        return Text(_filled(spec.headline or start.headline, spec.fill), tuple(filled))

    def _start(self, script: Manuscript, spec: Spec, origin: DemoPage | None) -> Text:
        if origin is not None and not spec.text:
            return Text(origin.headline, origin.paragraphs)
        text = script.texts[spec.text]
        return Text(text.headline, quoted(text, self._texts))

    def _paragraphs(self, script: Manuscript, name: str) -> tuple[str, ...]:
        return quoted(script.texts[name], self._texts) if name else ()


def _related(page: DemoPage, origin: DemoPage | None) -> DemoPage:
    """The page with its story: its origin's when it joins that, its own otherwise."""
    if page.skip is not None:
        return page
    if origin is None or page.kin is None or not page.kin.relation.joins:
        return replace(page, story=page.key)
    if page.kin is Kin.REVISION:
        page = replace(page, url=origin.url, published=origin.published)
    return replace(page, story=origin.story)


def _qualified(script: Manuscript, name: str) -> str:
    return name if "/" in name else f"{script.name}/{name}"


def _edited(paragraphs: Sequence[str], spec: Spec, file: str) -> Sequence[str]:
    body = "\n".join(paragraphs)
    for old, new in spec.edits:
        if old not in body:
            raise ValueError(f"{file}/{spec.id}: nothing to edit: {old}")
        body = body.replace(old, new)
    return body.split("\n")


def _filled(paragraph: str, fill: Mapping[str, str]) -> str:
    for name, value in fill.items():
        paragraph = paragraph.replace(f"{{{name}}}", value)
    return paragraph


def _address(outlet: DemoOutlet, path: str, key: str, headline: str, moment: datetime) -> str:
    local = moment.astimezone(ZoneInfo(outlet.time_zone))
    path = (path or outlet.paths).format(
        slug=slug(headline),
        number=100_000 + crc32(key.encode()) % 900_000,
        year=local.year,
        month=f"{local.month:02}",
        day=f"{local.day:02}",
    )
    return f"http://{outlet.host}{path}"


def _outlets(table: Mapping[str, Any]) -> Iterator[DemoOutlet]:
    for id_, facts in table.items():
        host = f"{id_}.example"
        feeds = tuple(_feed(host, feed) for feed in facts.pop("feeds"))
        before, after = tuple(facts.pop("before", ())), tuple(facts.pop("after", ()))
        yield DemoOutlet(id=id_, host=host, feeds=feeds, before=before, after=after, **facts)


def _feed(host: str, facts: Mapping[str, str]) -> DemoFeed:
    return DemoFeed(
        name=facts.get("name", "main"),
        url=f"http://{host}{facts['path']}",
        format=FeedFormat(facts.get("format", FeedFormat.RSS)),
        fault=Fault(facts.get("fault", Fault.NONE)),
        target=f"http://{host}{facts['target']}" if "target" in facts else "",
    )


def _read(file: Traversable) -> str:
    return file.read_text(encoding="utf-8")


# --- questions to the pages ------------------------------------------------------------------


def _act(page: DemoPage) -> int:
    return page.act


def _freshness(page: DemoPage) -> tuple[datetime, str]:
    return page.modified, page.key


def _stories(pages: Iterable[DemoPage]) -> dict[str, tuple[str, ...]]:
    stories: dict[str, tuple[str, ...]] = {}
    for page in pages:
        if page.story:
            stories[page.story] = (*stories.get(page.story, ()), page.url)
    return stories


def _bonds(pages: Iterable[DemoPage], addresses: Mapping[str, str]) -> Iterator[Bond]:
    for page in pages:
        if page.kin is not None:
            for other in page.of:
                yield Bond(page.url, addresses[other], page.kin)


_CATALOGUE_COLUMNS = (
    "outlet_id",
    "name",
    "homepage",
    "feed_url",
    "country",
    "languages",
    "kind",
    "state_controlled",
    "time_zone",
)


def _catalogue_row(outlet: DemoOutlet, feed: DemoFeed) -> tuple[str, ...]:
    return (
        outlet.id,
        outlet.name,
        outlet.homepage,
        feed.url,
        outlet.country,
        outlet.language,
        outlet.kind,
        str(outlet.state_controlled).lower(),
        outlet.time_zone,
    )
