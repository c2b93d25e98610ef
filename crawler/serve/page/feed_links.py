"""Where a view's stories are a feed, whatever its window, and where they are a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from crawler.catalog.feeds_out import Format, Kind, choices, path_of
from crawler.model import TopicId
from crawler.serve.narrowing import Outlets
from crawler.serve.page.filters import Filters
from crawler.serve.syndication import WRITERS

NAMES = {Format.RSS: "RSS", Format.ATOM: "Atom", Format.JSON: "JSON Feed"}
OF_VIEWS = frozenset(
    {"topic", "window", "since", "until", "cursor"}
)  # parameters that feeds do not have
OF_TABLES = frozenset({"topic", "cursor"})  # and tables: all pages are one


@dataclass(frozen=True, slots=True)
class FeedLink:
    """A feed in one format."""

    name: str
    address: str
    media_type: str


def feed_links(topic: TopicId, asked: Filters, outlets: Outlets) -> list[FeedLink]:
    """Return the feeds of the stories that fit the filters; none where nothing can fit."""
    if asked.q and not asked.terms:
        return []
    given = {name: value for name, value in asked.given().items() if name not in OF_VIEWS}
    path, query = _address(topic, given, outlets)
    return [
        FeedLink(name, f"{path}.{form}{query}", WRITERS[form][1]) for form, name in NAMES.items()
    ]


def table_address(topic: TopicId, asked: Filters) -> str:
    """Return where the stories of a view, in its window, are a table."""
    given = {name: value for name, value in asked.given().items() if name not in OF_TABLES}
    query = urlencode({**given, "window": asked.window})
    return f"/topics/{topic}/stories.csv?{query}"


def _address(topic: TopicId, given: Mapping[str, str], outlets: Outlets) -> tuple[str, str]:
    """Return path and query of a feed; one with a path of its own is told of by a hub."""
    if len(given) == 1:
        for kind, name, _ in choices(outlets):
            if given.get(kind) == name:
                return path_of(topic, Kind(kind), name), ""
    return path_of(topic), f"?{urlencode(given)}" if given else ""
