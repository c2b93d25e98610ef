import pytest

from crawler.errors import ConfigError
from crawler.overrides import (
    changed_settings,
    contact_of,
    operators_contact,
    remember_contact,
    remembered_contact,
    settings_file,
    variables,
)

SECRET = "redis://kordon:hunter2@10.0.0.1:6379/0"


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "redis-url"
    path.write_text(SECRET + "\n")
    return path


@pytest.fixture
def credentials(tmp_path):
    directory = tmp_path / "credentials"
    directory.mkdir()
    (directory / "kordon-redis-url").write_text(SECRET)
    return str(directory)


@pytest.fixture
def file(tmp_path):
    """Write a settings file and return its path."""

    def written(text):
        path = tmp_path / "settings.toml"
        path.write_text(text)
        return path

    return written


# --- environment and secrets -----------------------------------------------------------------


def test_other_peoples_variables_are_left_alone():
    assert variables({"PATH": "/bin", "KORDON_HOME": "/srv/kordon"}) == {
        "KORDON_HOME": "/srv/kordon"
    }


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("KORDON_REDIS_ULR", "write KORDON_REDIS_URL"),
        ("KORDON_HOEM", "write KORDON_HOME"),
        ("KORDON_RETRIES", "write RETRIES into settings.toml"),
        ("KORDON_HOME_FILE", "write KORDON_HOME"),
        ("KORDON_XYZZY", "known are KORDON_HOME"),
    ],
)
def test_an_unknown_variable_is_refused_with_what_was_meant(name, remedy):
    with pytest.raises(ConfigError, match=name) as refused:
        variables({name: "1"})
    assert refused.value.remedy.startswith(remedy)


@pytest.mark.parametrize(
    "name",
    ["KORDON_SERVICE_HOST", "KORDON_PORT", "KORDON_PORT_6379_TCP", "KORDON_API_SERVICE_PORT"],
)
def test_the_addresses_kubernetes_gives_every_container_are_no_mistake(name):
    assert variables({name: "10.0.0.1"}) == {}


def test_a_secret_may_lie_in_a_file_or_in_a_systemd_credential(secret_file, credentials):
    wanted = {"KORDON_REDIS_URL": SECRET}
    assert variables({"KORDON_REDIS_URL": SECRET}) == wanted
    assert variables({"KORDON_REDIS_URL_FILE": str(secret_file)}) == wanted
    assert variables({"CREDENTIALS_DIRECTORY": credentials}) == wanted


def test_a_secret_given_twice_alike_is_one_and_otherwise_a_contradiction(secret_file):
    given = {"KORDON_REDIS_URL": SECRET, "KORDON_REDIS_URL_FILE": str(secret_file)}
    assert variables(given) == {"KORDON_REDIS_URL": SECRET}
    with pytest.raises(
        ConfigError, match="KORDON_REDIS_URL, KORDON_REDIS_URL_FILE give"
    ) as refused:
        variables(given | {"KORDON_REDIS_URL": "redis://other"})
    assert "hunter2" not in str(refused.value)


def test_a_secrets_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"KORDON_REDIS_URL_FILE names .*/none"):
        variables({"KORDON_REDIS_URL_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize("text", ["", "one\ntwo"])
def test_a_secrets_file_holds_one_line(tmp_path, text):
    (tmp_path / "secret").write_text(text)
    with pytest.raises(ConfigError, match="not one line of text"):
        variables({"KORDON_REDIS_URL_FILE": str(tmp_path / "secret")})


# --- the settings file -----------------------------------------------------------------------


def test_the_settings_file_lies_in_the_home_unless_another_is_named(tmp_path, file):
    assert settings_file({"KORDON_HOME": str(tmp_path)}) is None
    path = file("RETRIES = 5")
    assert settings_file({"KORDON_HOME": str(tmp_path)}) == path
    assert settings_file({"KORDON_SETTINGS": str(path)}) == path


def test_a_settings_file_that_is_named_must_be_there(tmp_path):
    with pytest.raises(ConfigError, match=r"KORDON_SETTINGS names .*none\.toml"):
        settings_file({"KORDON_SETTINGS": str(tmp_path / "none.toml")})


def test_a_settings_file_changes_what_it_names(file):
    path = file('RETRIES = 5\nTOPICS = ["everything"]\nHOST_RATE_PER_SECOND = 0.5\n')
    assert changed_settings(path) == {
        "RETRIES": 5, "TOPICS": ("everything",), "HOST_RATE_PER_SECOND": 0.5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "problem", "remedy"),
    [
        ("RETRYS = 5", "there is no setting RETRYS", "write RETRIES"),
        ("retries = 5", "there is no setting retries", "write RETRIES"),
        ("TELNETCONSOLE_ENABLED = true", "there is no setting TELNET", "see kordon settings list"),
        ("KORDON_REDIS_URL = 'x'", "read from the environment alone", "export KORDON_REDIS_URL"),
        ("RETRIES = '5'", "RETRIES is '5', not a whole number", "give 0 to 100"),
        ("RETRIES = 2.5", "RETRIES is 2.5, not a whole number", "give 0 to 100"),
        ("RETRIES = true", "RETRIES is True, not a whole number", "give 0 to 100"),
        ("STORY_DAYS = nan", "STORY_DAYS is nan, out of range", "give 0.01 to 3,650"),
        ("TOPICS = [1]", r"TOPICS is \[1\], not a list of names", "give"),
        ("CONTACT = 'кордон'", "not printable ASCII", "give printable ASCII"),
        ("FETCH_ALLOW_ADDRESSES = ['10.0.0.1/8']", "has host bits set", "write networks"),
        ("RETRIES = ", "cannot be read", "write lines such as"),
    ],
)
def test_what_cannot_be_used_is_refused_with_file_name_and_remedy(file, line, problem, remedy):
    path = file(line)
    with pytest.raises(ConfigError, match=problem) as refused:
        changed_settings(path)
    assert str(path) in refused.value.problem
    assert refused.value.remedy.startswith(remedy)


# --- the contact -----------------------------------------------------------------------------


@pytest.mark.parametrize("contact", ["news@example.org", "https://example.org/bot?x=1"])
def test_a_contact_is_a_mail_address_or_a_web_page(contact):
    assert contact_of(contact) == contact


@pytest.mark.parametrize("contact", ["me", "a b@example.org", "x@y", "ok@example.org)\r\nX: 1"])
def test_what_no_publisher_could_write_to_is_no_contact(contact):
    with pytest.raises(ConfigError, match="is no address"):
        contact_of(contact)


def test_a_contact_is_remembered_and_gives_way_to_what_is_set(tmp_path):
    home = tmp_path / "home"
    assert remembered_contact(home) is None
    remember_contact(home, "me@example.org")
    given = {"KORDON_HOME": str(home)}
    assert operators_contact({"CONTACT": ""}, given) == "me@example.org"
    assert operators_contact({"CONTACT": "us@example.org"}, given) == "us@example.org"
    given["KORDON_CONTACT"] = "they@example.org"
    assert operators_contact({"CONTACT": "us@example.org"}, given) == "they@example.org"


def test_no_contact_is_an_answer_too(tmp_path):
    remember_contact(tmp_path, "")
    assert remembered_contact(tmp_path) == ""
    assert operators_contact({"CONTACT": ""}, {"KORDON_HOME": str(tmp_path)}) == ""


def test_a_directory_in_the_settings_files_place_is_refused(tmp_path):
    (tmp_path / "settings.toml").mkdir()
    with pytest.raises(ConfigError, match=r"settings.toml is no file"):
        settings_file({"KORDON_HOME": str(tmp_path)})
