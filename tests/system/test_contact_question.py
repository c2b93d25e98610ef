"""The question for a contact, asked on a real terminal."""

import os
import pty
import subprocess
import sys

import pytest

from crawler.overrides import remembered_contact

ASK = """
import settings
from crawler.cli.contact import ask_for_contact
from crawler.config import Config
print(ask_for_contact(Config.from_settings(vars(settings))))
"""


@pytest.fixture
def ask(tmp_path):
    """Ask in a process of its own, on a terminal with these answers or on none."""
    environment = {**os.environ, "KORDON_HOME": str(tmp_path)}
    for name in ("KORDON_CONTACT", "KORDON_REDIS_URL"):
        environment.pop(name, None)

    def on_a_terminal(*answers):
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-c", ASK], env=environment, text=True,
            stdin=theirs, stdout=subprocess.PIPE, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)
        os.write(ours, "".join(f"{answer}\n" for answer in answers).encode())
        said = process.communicate(timeout=60)[0]
        heard = os.read(ours, 65_536).decode()
        os.close(ours)
        return said.strip() == "True", heard

    def on_none():
        done = subprocess.run(
            [sys.executable, "-c", ASK], env=environment, text=True, check=True,
            stdin=subprocess.DEVNULL, capture_output=True,
        )  # fmt: skip
        return done.stdout.strip() == "True", done.stderr

    return on_a_terminal, on_none


def test_a_terminal_is_asked_until_the_answer_is_an_address_and_never_again(ask, tmp_path):
    on_a_terminal, on_none = ask
    given, heard = on_a_terminal("nobody", "news@example.org")
    assert given
    assert "is no address" in heard
    assert remembered_contact(tmp_path) == "news@example.org"
    assert on_none() == (False, "")


def test_an_empty_answer_is_remembered_too(ask, tmp_path):
    on_a_terminal, on_none = ask
    given, heard = on_a_terminal("")
    assert not given
    assert "not be asked again" in heard
    assert on_none() == (False, "")


def test_without_a_terminal_a_hint_is_all(ask, tmp_path):
    _, on_none = ask
    given, heard = on_none()
    assert not given
    assert "KORDON_CONTACT" in heard
    assert remembered_contact(tmp_path) is None
