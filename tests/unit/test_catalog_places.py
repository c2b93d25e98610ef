import re

import pytest

from crawler.catalog.gazetteer import LANGUAGES, places
from crawler.catalog.topics import TOPICS, terms, topic
from crawler.errors import ConfigError
from crawler.model import TopicId


def test_every_place_is_known_once_and_lies_where_it_can():
    assert len(places()) > 500
    assert len({place.id for place in places()}) == len(places())
    for place in places():
        assert 40 < place.lat < 62, place.id
        assert 15 < place.lon < 43, place.id
        assert place.border_km is None or 0 <= place.border_km < 700, place.id
        assert all(re.fullmatch("[A-Z]{2}", country) for country in place.countries), place.id


def test_every_place_has_names_and_no_empty_ones():
    for place in places():
        assert place.names.get("en") or place.names.get("uk"), place.id
        assert set(place.names) <= set(LANGUAGES)
        assert all(name.strip() for names in place.names.values() for name in names), place.id


def test_a_crossing_is_read_with_its_facts():
    (lviv,) = (place for place in places() if place.id == "reg-ua-lviv")
    assert (lviv.kind, lviv.countries, lviv.nearest_border) == ("oblast", ("UA", "PL"), "UA-PL")
    assert lviv.names["uk"] == ("Львівська область", "Львівщина")
    assert (lviv.approximate, lviv.border_km) == (False, 57.2)


def test_places_that_are_only_near_are_marked():
    assert 70 < sum(place.approximate for place in places()) < 100


def test_every_term_compiles_and_finds_its_own_lemma():
    assert len(terms()) > 100
    for term in terms():
        assert re.search(term.pattern, term.lemma, re.IGNORECASE), term


def test_every_concept_of_a_topic_has_terms_in_every_language():
    spoken = {(term.concept, term.language) for term in terms()}
    for concept in topic(TopicId("ukraine-border")).concepts:
        for language in ("en", "uk", "ru", "be", "pl", "ro", "hu", "sk", "de", "lt", "lv"):
            assert (concept, language) in spoken


def test_the_shipped_topics_are_two():
    assert [topic.id for topic in TOPICS] == ["ukraine-border", "everything"]
    assert topic(TopicId("ukraine-border")).needs_place
    assert not topic(TopicId("everything")).concepts


def test_an_unknown_topic_is_met_with_the_nearest():
    with pytest.raises(ConfigError, match="name ukraine-border"):
        topic(TopicId("ukrain-border"))
