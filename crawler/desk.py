"""What a worker process reads pages with, made once for a set of topics."""

from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path

import msgspec

from crawler.catalog.gazetteer import Place, ambiguous_names, every_place
from crawler.catalog.topics import Topic, countries, patterns_of, terms, topic
from crawler.ingest import Desk
from crawler.model import Recipe, TopicId
from crawler.placing import fingerprint_of
from crawler.text.countries import CountryFinder
from crawler.text.language import language_of
from crawler.text.places import PlaceFinder, names_of
from crawler.text.profile import Concept, Profile, Spot, Whole
from crawler.text.relevance import TopicMatcher
from crawler.text.screening import Screen

_FIRST_TEXT = "Lorries have waited at the border crossing since the morning."
BORROWING = ("pl", "sk", "hu", "cs", "et")
BREADTH = {  # of a place by its kind: for how much a mention counts, see `text.focus`
    "border-section": 0.2, "country": 0.2, "capital": 0.3, "republic": 0.5, "oblast": 0.5,
    "voblast": 0.5, "voivodeship": 0.5, "region": 0.5, "autonomous-region": 0.5,
    "breakaway-region": 0.5, "border-river": 0.7, "county": 0.7, "district": 0.7,
}  # fmt: skip
UNDESCRIBED = frozenset({"country", "capital", "city", "military-site"})  # named in every report


@cache
def desk_of(topics: tuple[TopicId, ...], own: Path | None = None) -> Desk:
    """Return the desk for these topics.

    Args:
        topics: Their ids.
        own: The operator's folder of topics; need not exist.

    Raises:
        ConfigError: There is no topic of that name.
    """
    wanted = [topic(name, own) for name in topics]
    matchers = tuple(map(matcher_of, wanted))
    return Desk(
        recipe=Recipe(),
        matchers=matchers,
        finder=place_finder(),
        languages=_languages(wanted),
        screens=tuple(map(screen_of, wanted, matchers)),
        version=version_of(wanted),
        breadth={place.id: BREADTH.get(place.kind, 1.0) for place in every_place()},
    )


def version_of(wanted: Sequence[Topic]) -> str:
    """Return six hex digits that change with what topics want and with the words they know."""
    known = msgspec.json.encode((wanted, terms(), countries()), order="sorted")
    return blake2b(known, digest_size=3).hexdigest()


def screen_of(wanted: Topic, matcher: TopicMatcher) -> Screen:
    """Return what tells at little cost that a page cannot belong to a topic."""
    finder = place_finder()
    telling = {place.id for place in every_place() if wanted.place_share(place.id, place.kind)}
    own, beyond, commonplace = (
        [word for code in sorted(codes) for word in countries().get(code, ())]
        for codes in (
            wanted.countries,
            wanted.neighbours - wanted.commonplace,
            wanted.commonplace,
        )
    )
    return Screen(
        matcher,
        finder,
        beginnings=own,
        beyond=beyond,
        commonplace=commonplace,
        names=finder.sure_words(telling),
    )


def _languages(topics: Sequence[Topic]) -> tuple[str, ...]:
    if not all(topic.languages for topic in topics):
        return ()
    return tuple(sorted({language for topic in topics for language in topic.languages}))


def ready(topics: tuple[TopicId, ...], own: Path | None = None) -> None:
    """Make the desk before the first page comes, and load what its first use would load."""
    desk = desk_of(topics, own=own)  # as the crawl calls it, so that it finds the desk made
    language_of(_FIRST_TEXT, allowed=desk.languages)
    fingerprint_of(_FIRST_TEXT, desk.recipe)


def matcher_of(wanted: Topic) -> TopicMatcher:
    """Return what recognises a topic."""
    concepts = (
        Concept(name, use.weight, patterns_of(name, use), use.frontier, use.across, use.local)
        for name, use in wanted.concepts.items()
    )
    profile = Profile(
        topic=wanted.id,
        concepts=tuple(concepts),
        threshold=wanted.threshold,
        title=wanted.weights.title,
        lead=wanted.weights.lead,
        body=wanted.weights.body,
        whole=Whole(
            wanted.article.letters,
            wanted.article.threshold,
            wanted.article.place,
            wanted.article.aside,
            wanted.article.full,
        ),
        countries=wanted.countries,
        neighbours=wanted.neighbours,
        commonplace=wanted.commonplace,
        country_support=wanted.support.country,
        neighbour_support=wanted.support.neighbour,
        place_support=wanted.support.place,
        across_support=wanted.support.across,
        places={
            place.id: Spot(
                wanted.place_share(place.id, place.kind), _country(place), place.id in wanted.places
            )
            for place in every_place()
        },
        exclude=wanted.exclude,
    )
    return TopicMatcher(profile, CountryFinder(countries()))


def _country(place: Place) -> str:
    """Return where a place lies; a crossing lies on both sides, and belongs to its topic."""
    return place.countries[0] if place.countries else ""


@cache
def place_finder() -> PlaceFinder:
    """Return what finds the places of the gazetteer and of its surroundings."""
    every = every_place()
    named = {place.id: place.names for place in every}
    undescribed = {place.id for place in every if place.kind in UNDESCRIBED}
    return PlaceFinder(names_of(named, ambiguous_names(), BORROWING, undescribed))
