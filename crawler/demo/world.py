"""The publisher world that ships with Kordon: outlets, their pages, and the truth about them.

Everything is a function of the data files and one instant, so that the stories are always fresh
and two loads at one instant are equal. See docs/explanation/demo-world.md.
"""

import csv
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from crawler.demo.manuscript import read_manuscript
from crawler.demo.press import Press
from crawler.demo.publishers import DemoFeed, DemoOutlet, DemoPage, Fault, FeedFormat, Kin
from crawler.model import Relation, SkipReason

LAST_ACT = 2


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
    return World(now, outlets, Press(now, outlets, manuscripts).pages())


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
