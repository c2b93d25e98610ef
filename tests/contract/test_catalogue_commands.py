"""The commands that look at outlets and topics."""

import pytest
from commands import FEED, document

from crawler.errors import ConfigError

ON_TOPIC = "Lorries queue at the Dorohusk checkpoint on the border of Poland with Ukraine."


# --- outlets ---------------------------------------------------------------------------------


def test_outlets_are_listed_by_what_they_are(kordon):
    agencies = document(kordon, "outlets", "list", "--country", "ua", "--kind", "agency")
    assert "ukrinform" in {outlet["id"] for outlet in agencies}
    assert {outlet["country"] for outlet in agencies} == {"UA"}
    assert {outlet["kind"] for outlet in agencies} == {"agency"}
    assert "ukrinform" in kordon("outlets", "list", "--language", "uk")[1]


def test_an_outlet_is_shown_with_its_registered_feeds(kordon, stocked):
    shown = document(kordon, "outlets", "show", "ukrinform")
    assert [state["feed"]["url"] for state in shown["states"]] == [FEED.url]
    assert "1 feed registered" in kordon("outlets", "show", "ukrinform")[1]


def test_an_unknown_outlet_is_answered_with_the_nearest(told):
    code, said = told("outlets", "show", "ukrinfrom")
    assert code == 1
    assert "there is no outlet 'ukrinfrom'; did you mean ukrinform" in said


@pytest.fixture
def own(kordon, tmp_path):
    """An outlet of the operator's own, and a shipped one under another name."""
    rows = ("border-herald,Border Herald,https://herald.example/,https://herald.example/rss,PL",
            "faz,Frankfurter,https://www.faz.net,https://www.faz.net/rss/own,DE")  # fmt: skip
    (tmp_path / "mine.csv").write_text(
        "\n".join(("outlet_id,name,homepage,feed_url,country", *rows))
    )
    kordon("feeds", "import", str(tmp_path / "mine.csv"))


def test_an_outlet_of_the_operators_own_is_listed_and_shown(kordon, own):
    listed = document(kordon, "outlets", "list", "--country", "PL")
    assert "border-herald" in {outlet["id"] for outlet in listed}
    shown = document(kordon, "outlets", "show", "border-herald")
    assert shown["feeds"] == ["https://herald.example/rss"]
    assert [state["feed"]["url"] for state in shown["states"]] == shown["feeds"]


def test_the_operators_word_about_a_shipped_outlet_is_shown(kordon, own):
    kordon("feeds", "remove", "https://www.faz.net/rss/aktuell/")
    shown = document(kordon, "outlets", "show", "faz")
    assert shown["name"] == "Frankfurter"
    assert shown["feeds"] == ["https://www.faz.net/rss/own"]


def test_a_file_of_outlets_is_looked_at_alone(kordon, own, tmp_path):
    file = ("--catalog", str(tmp_path / "mine.csv"))
    assert len(document(kordon, "outlets", "list", *file)) == 2


@pytest.mark.parametrize(
    ("option", "word", "known"),
    [("--country", "ukraine", "UA"), ("--language", "english", "en"), ("--kind", "nope", "agency")],
)
def test_a_filter_that_no_outlet_passes_is_refused_with_those_there_are(
    kordon, option, word, known
):
    with pytest.raises(ConfigError, match=rf"{option} '{word}'.* known are .*\b{known}\b"):
        kordon("outlets", "list", option, word)


# --- topics ----------------------------------------------------------------------------------


def test_topics_are_listed_with_those_that_are_active(kordon):
    found = {topic["id"]: topic["active"] for topic in document(kordon, "topics", "list")}
    assert found == {"ukraine-border": True, "everything": False}


def test_a_text_is_judged_with_the_words_and_places_that_speak_for_it(kordon):
    verdict = document(kordon, "topics", "test", "ukraine-border", "--text", ON_TOPIC)
    assert verdict["relevant"]
    assert [part["where"] for part in verdict["parts"]] == ["lead"]
    assert any("dorohusk" in place for place in verdict["places"])
    assert verdict["evidence"]


def test_a_text_that_is_off_topic_fails_the_test(kordon, tmp_path):
    file = tmp_path / "text"
    file.write_text("The festival opens on Friday with a concert by the river.")
    code, said = kordon("topics", "test", "ukraine-border", "--file", str(file))
    assert code == 1
    assert "off topic" in said


def test_one_text_is_judged_at_a_time(kordon):
    with pytest.raises(ConfigError, match="no text, or two"):
        kordon("topics", "test", "ukraine-border")


def test_an_operators_own_topic_is_listed_and_judged(kordon, tmp_path):
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "cats.toml").write_text(
        'id = "cats"\nname = "Cats"\n[concepts.cat]\nfrontier = true\n'
        "[concepts.cat.terms]\nen = ['\\bcats?\\b']\n"
    )
    assert "cats" in {topic["id"] for topic in document(kordon, "topics", "list")}
    code, _ = kordon("topics", "test", "cats", "--text", "A dog barks.", "--language", "en")
    assert code == 1
    assert document(kordon, "topics", "test", "cats", "--text", "Cats sleep.")["relevant"]
    labelled = tmp_path / "labelled.csv"
    labelled.write_text("headline,label\nThe cat sleeps at last,relevant\nIt rains,irrelevant\n")
    found = document(kordon, "evaluate", "relevance", str(labelled), "--topic", "cats")
    assert found["all"]["f1"] == 1.0
