"""What an operator misspells in a topic's file is refused with the word that was meant."""

import pytest
from typer.testing import CliRunner

import settings
from crawler.catalog.topics import topic, topic_ids
from crawler.cli import doctor
from crawler.cli.doctor import Health
from crawler.cli.main import app
from crawler.config import Config
from crawler.errors import ConfigError

HEAD = 'id = "dogs"\nname = "Dogs"\n'
CONCEPT = "[concepts.dog.terms]\nen = ['dog']\n"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("KORDON_HOME", str(tmp_path))
    (tmp_path / "topics").mkdir()
    return tmp_path


def write(home, text, name="dogs"):
    (home / "topics" / f"{name}.toml").write_text(text, "utf-8")
    return home / "topics"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("threshhold = 0.4", r"no key threshhold \(write threshold\)"),
        ("[exlude]\nen = ['x']", r"no key exlude \(write exclude\)"),
        ("[weights]\ntitel = 1.0", r"no key weights.titel \(write weights.title\)"),
        ("[article]\nletter = 9", r"\(write article.letters\)"),
        ("[support]\nplaces = 1.0", r"\(write support.place\)"),
        ("[concepts.dog]\nwieght = 1.0", r"\(write concepts.dog.weight\)"),
        ("[concepts.truck_queu]", r"'truck_queu' has no terms \(write truck_queue\)"),
        ("colour = 1", "no key colour; mend dogs.toml"),
        ("[places]\n't-ua-uzhgorod' = 0.5", r"'t-ua-uzhgorod' is neither.*write t-ua-uzhhorod"),
        ("[places]\ncrosing = 1.0", "'crosing' is neither a place nor a kind"),
        ("languages = ['eng']", "'eng' is no language"),
        ("[exclude]\nenglish = ['x']", "'english' is no language"),
        ("countries = ['UKR']", "'UKR' is no country"),
    ],
)
def test_a_word_that_no_topic_has_is_refused_with_the_nearest(home, text, said):
    own = write(home, f"{HEAD}{text}\n")
    with pytest.raises(ConfigError, match=said):
        topic("dogs", own)


@pytest.mark.parametrize("name", ["crawl", "two words", "brace}", "Dogs", "two_words"])
def test_a_name_that_cannot_stand_in_keys_and_addresses_is_refused(home, name):
    own = write(home, f"id = '{name}'\nname = 'Dogs'\n", name)
    with pytest.raises(ConfigError, match=f"no topic can be called '{name}'; take small letters"):
        topic(name, own)


def test_what_the_reference_shows_is_taken(home):
    places = "[places]\ncrossing = 1.0\n'' = 0.1\n't-ua-uzhhorod' = 0.5\n"
    assert topic("dogs", write(home, HEAD + CONCEPT + places)).places[""] == 0.1


def test_every_shipped_topic_is_taken():
    assert [topic(name).id for name in topic_ids()] == list(topic_ids())


def test_a_broken_file_is_named_and_the_others_are_listed(home):
    write(home, "id =")
    write(home, HEAD.replace("dogs", "cats") + CONCEPT, "cats")
    result = CliRunner().invoke(app, ["topics", "list"])
    assert result.exit_code == 0
    assert "ukraine-border" in result.output
    assert "cats" in result.output
    assert "mend dogs.toml" in result.output


def test_a_pattern_that_never_ends_is_told_when_a_pages_time_is_over(home):
    write(home, HEAD + "[concepts.dog.terms]\nen = ['(a+)+b']\n")
    (home / "settings.toml").write_text("PREPARE_DEADLINE_SECONDS = 1\n")
    text = "a" * 40 + " the dog was seen at the gate"
    result = CliRunner().invoke(app, ["topics", "test", "dogs", "--text", text, "--language", "en"])
    assert "longer over this text than PREPARE_DEADLINE_SECONDS" in str(result.exception)


def test_doctor_warns_of_a_broken_file_of_a_topic_that_is_not_active(home):
    write(home, HEAD + "threshhold = 0.4")
    constants = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
    check = doctor.topics(Config.from_settings(constants, {"KORDON_HOME": str(home)}))
    assert check.health is Health.WARN
    assert (check.found, check.remedy) == (
        "ukraine-border; not active, topic dogs: there is no key threshhold (write threshold)",
        "mend dogs.toml",
    )
