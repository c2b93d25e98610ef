import inspect
import subprocess
import sys

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


def test_help_names_every_command_and_loads_none():
    done = subprocess.run(
        [sys.executable, "-c", LISTING], capture_output=True, text=True, check=False
    )
    assert "loaded: False" in done.stdout
    listed = done.stdout.partition("Commands:")[2].split("\n")
    assert [line.split()[0] for line in listed[1 : len(COMMANDS) + 1]] == list(COMMANDS)


def test_a_command_that_is_not_there_is_named_with_one_like_it():
    result = CliRunner().invoke(app, ["storys"])
    assert result.exit_code == 2
    assert "No such command 'storys'" in result.output
    assert "stories" in result.output
