import inspect
import subprocess
import sys
from importlib.metadata import version

import pytest
from typer.testing import CliRunner

from crawler.cli.commands import COMMANDS, loaded
from crawler.cli.main import app

LISTING = """
import sys
from crawler.cli.main import app
try:
    app(["--help"])
finally:
    print("loaded:", "crawler.app" in sys.modules)
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_what_its_entry_says(name):
    told = " ".join(inspect.cleandoc(loaded(name).help).split())
    assert told.startswith(COMMANDS[name].help.rstrip("."))


def every_command():
    for name in COMMANDS:
        verbs = getattr(loaded(name), "commands", {})
        yield from ((name, verb) for verb in verbs) if verbs else ((name,),)


@pytest.mark.parametrize("words", [*every_command()], ids=" ".join)
def test_help_says_what_every_value_is_in_the_words_of_the_reference(words):
    told = CliRunner().invoke(app, [*words, "--help"]).output
    assert " <" not in told.partition("Options:")[2]
    assert "[[" not in told
    command = loaded(words[0]) if len(words) == 1 else loaded(words[0]).commands[words[1]]
    for param in command.params:
        assert (param.help or "").endswith((".", ")")), param.name
        assert param.param_type_name == "option" or param.metavar.isupper()


def test_help_names_every_command_and_loads_none():
    done = subprocess.run(
        [sys.executable, "-c", LISTING], capture_output=True, text=True, check=False
    )
    assert "loaded: False" in done.stdout
    listed = done.stdout.partition("Commands:")[2].split("\n")
    assert [line.split()[0] for line in listed[1 : len(COMMANDS) + 1]] == list(COMMANDS)


def test_the_version_is_that_of_the_distribution():
    result = CliRunner().invoke(app, ["--version"])
    assert (result.exit_code, result.output) == (0, f"kordon {version('kordon')}\n")


def test_a_command_that_is_not_there_is_named_with_one_like_it():
    result = CliRunner().invoke(app, ["storys"])
    assert result.exit_code == 2
    assert "No such command 'storys'" in result.output
    assert "stories" in result.output
