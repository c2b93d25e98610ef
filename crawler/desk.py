"""What a worker process reads pages with, made once for a set of topics."""

from collections.abc import Iterator
from functools import cache

from crawler.catalog.gazetteer import places
from crawler.catalog.outlets import shipped_catalogue
from crawler.catalog.topics import terms, topic
from crawler.ingest import Desk
from crawler.model import Recipe, TopicId
from crawler.text.places import Name, PlaceFinder
from crawler.text.relevance import TopicMatcher

UKRAINE = (  # en de pl lt lv et, ro, hu, sk cs, uk, ru, be
    r"\bukrain\w*", r"\bucrain\w*", r"\bukr[aá][jn]\w*", r"\bukrajin\w*",
    r"\bукраїн\w*", r"\bукраин\w*", r"\bукраін\w*",
)  # fmt: skip


@cache
def desk_of(topics: tuple[TopicId, ...]) -> Desk:
    """Return the desk for these topics.

    Raises:
        ConfigError: There is no topic of that name.
    """
    return Desk(
        recipe=Recipe(),
        matchers=tuple(map(matcher_of, topics)),
        finder=PlaceFinder(names()),
        outlets={outlet.id: outlet for outlet in shipped_catalogue().outlets},
    )


def matcher_of(name: TopicId) -> TopicMatcher:
    """Return what recognises a shipped topic."""
    wanted = topic(name)
    patterns = (term.pattern for term in terms() if term.concept in wanted.concepts)
    return TopicMatcher(wanted.id, patterns, UKRAINE if wanted.needs_place else ())


def names() -> Iterator[Name]:
    """Yield every name of every place of the gazetteer."""
    for place in places():
        for language, spellings in place.names.items():
            for spelling in spellings:
                yield Name(place.id, spelling, language)
