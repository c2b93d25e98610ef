"""Tables for people: whole where a program reads on, folded and never cut on a terminal."""

import io
import os
import subprocess
import sys

import pytest
from rich.console import Console

from crawler.cli import console

ID = "a0d33b89130ce3ba90d0"
ADDRESS = "http://bukovyna-sohodni.example/2026/11/na-sumshchyni-vnaslidok-obstrilu-poraneno.html"
TITLE = "Обстріл прикордоння Сумщини: поранено п’ятьох, одна жінка в лікарні"
COLUMNS = ("published", "outlet", "relation", "id", "title", "address")
ROW = ("2026-11-29 21:50", "bukovyna-sohodni", "expansion", ID, TITLE, ADDRESS)


def letters(*texts):
    return sorted("".join("".join(texts).split()))


@pytest.fixture
def terminal(monkeypatch):
    """Show a table on a terminal so wide; return its lines."""

    def shown(width, columns, *rows):
        file = io.StringIO()
        screen = Console(file=file, force_terminal=True, color_system=None, width=width)
        monkeypatch.setattr(console, "out", screen)
        console.print_table("Members", columns, rows)
        return file.getvalue().splitlines()

    return shown


def test_where_no_terminal_is_a_row_is_one_line_without_padding(capsys):
    console.print_table("One member of a story", ("id", "title", "address"), [(ID, TITLE, ADDRESS)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "One member of a story"
    assert [line.split("   ") for line in lines if ID in line] == [[ID, TITLE, ADDRESS]]
    assert all(line == line.rstrip() for line in lines)


def test_where_no_terminal_is_a_fact_is_one_line(capsys):
    console.print_facts({"text": "word " * 100, "address": ADDRESS})
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_a_narrow_terminal_shows_title_and_address_whole_beneath_their_row(terminal):
    lines = [line.strip() for line in terminal(80, COLUMNS, ROW, ROW)]
    heads, _, row, *beneath = lines[2:]
    assert "title" not in heads
    assert "address" not in heads
    assert all(cell in row for cell in ROW[:4])
    assert beneath == [TITLE, ADDRESS, row, TITLE, ADDRESS, ""]


def test_a_terminal_with_room_shows_a_table(terminal):
    (line,) = [line for line in terminal(240, COLUMNS, ROW) if ID in line]
    assert ADDRESS in line


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_nothing_is_lost_on_a_narrow_terminal(terminal, width):
    lines = terminal(width, (*COLUMNS[:4], "reason"), ROW[:-1])
    assert all(len(line) <= width for line in lines)
    rule = next(at for at, line in enumerate(lines) if "─" in line)
    assert letters(*lines[rule + 1 :]) == letters(*ROW[:-1])


@pytest.mark.parametrize(
    ("options", "seen"),
    [([], "Caf\xe9 ??????".encode("latin-1")), (["--json"], "Caf\xe9 Кордон".encode())],
)
def test_an_encoding_without_a_letter_shows_a_sign_for_it_and_json_is_utf8(tmp_path, options, seen):
    topic = tmp_path / "topics" / "own.toml"
    topic.parent.mkdir()
    topic.write_text('id = "own"\nname = "Caf\xe9 Кордон"\n', "utf-8")
    kordon = [sys.executable, "-c", "from crawler.cli.start import main; main()"]
    given = {"KORDON_HOME": str(tmp_path), "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run(
        [*kordon, "topics", "list", *options],
        env=os.environ | given, capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert seen in done.stdout


@pytest.mark.parametrize(
    ("number", "noun", "said"),
    [
        (1, ("hook",), "1 hook"),
        (0, ("hook",), "0 hooks"),
        (2_000, ("page",), "2,000 pages"),
        (1, ("new entry", "new entries"), "1 new entry"),
        (3, ("new entry", "new entries"), "3 new entries"),
    ],
)
def test_a_number_agrees_with_its_noun(number, noun, said):
    assert console.counted(number, *noun) == said
