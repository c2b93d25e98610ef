import re

import pytest

from crawler.catalog.gazetteer import (
    LANGUAGES,
    MORE_LANGUAGES,
    ambiguous_names,
    every_place,
    places,
)
from crawler.catalog.topics import patterns_of, terms, topic, topic_ids
from crawler.errors import ConfigError


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
        assert set(place.names) <= {*LANGUAGES, *MORE_LANGUAGES}
        assert all(name.strip() for names in place.names.values() for name in names), place.id


def test_better_known_places_have_names_in_more_languages():
    named = {place.id: place.names for place in every_place()}
    assert named["t-ua-lviv"]["it"] == ("Leopoli",)
    assert named["c-ua"]["nl"] == ("Oekraïne",)
    assert named["x-pl-shehyni-medyka"]["lv"] == ("Medika",)
    assert named["danube-delta"]["lt"] == ("Dunojaus delta",)


@pytest.mark.parametrize("name", ["Prout", "Boeg", "Tissa"])  # a surname, a bow, a name
def test_rivers_that_mean_something_else_count_only_beside_a_place(name):
    assert name in ambiguous_names()


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


def test_every_concept_of_the_border_topic_has_terms_in_every_language():
    for concept, use in topic("ukraine-border").concepts.items():
        spoken = patterns_of(concept, use)
        for language in topic("ukraine-border").languages:
            assert spoken.get(language), (concept, language)


def test_two_topics_are_shipped():
    assert topic_ids() == ("everything", "ukraine-border")
    assert topic("ukraine-border").countries == {"UA"}
    assert not topic("everything").concepts


def test_an_unknown_topic_is_met_with_the_nearest():
    with pytest.raises(ConfigError, match="name ukraine-border"):
        topic("ukrain-border")


OWN = """
id = "{id}"
name = "Dogs"
threshold = 0.4
[concepts.dog]
weight = 0.9
[concepts.dog.terms]
en = ['{pattern}']
"""


def own_topic(folder, *, own_id="dogs", pattern=r"\bdogs?\b"):
    (folder / "dogs.toml").write_text(OWN.format(id=own_id, pattern=pattern), encoding="utf-8")
    return folder


def test_an_operator_adds_a_topic_by_a_file(tmp_path):
    added = topic("dogs", own_topic(tmp_path))
    assert added.threshold == 0.4
    assert patterns_of("dog", added.concepts["dog"]) == {"en": (r"\bdogs?\b",)}
    assert "dogs" in topic_ids(tmp_path)


@pytest.mark.parametrize(
    ("mistake", "problem"),
    [({"pattern": "("}, "no regular expression"), ({"own_id": "cats"}, "calls itself 'cats'")],
)
def test_a_topic_file_with_a_mistake_names_it(tmp_path, mistake, problem):
    with pytest.raises(ConfigError, match=problem):
        topic("dogs", own_topic(tmp_path, **mistake))


def test_a_value_out_of_range_is_refused(tmp_path):
    (tmp_path / "dogs.toml").write_text('id = "dogs"\nname = "Dogs"\nthreshold = 3\n')
    with pytest.raises(ConfigError, match="threshold"):
        topic("dogs", tmp_path)
