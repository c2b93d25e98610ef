"""The supervisor behind `kordon up`, with small programs in place of ours."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict

import pytest

from crawler.cli import supervise
from crawler.cli.supervise import Child, Log, Plan, Supervisor


def python(code, *words):
    return (sys.executable, "-c", code, *words)


def supervisor(*children, **facts):
    return Supervisor(Plan(children, **facts), Log(as_json=True, width=8))


def said(capfd):
    return [json.loads(line) for line in capfd.readouterr().err.splitlines()]


FOREVER = "import signal\nprint('INFO:a.b:ready', flush=True)\nsignal.pause()"


async def test_a_child_with_a_wrong_setting_is_not_started_again(capfd):
    one = supervisor(Child("wrong", python("raise SystemExit(2)")), Child("other", python(FOREVER)))
    assert await one.run() == 2
    texts = [line["text"] for line in said(capfd)]
    assert sum(text.startswith("wrong is started") for text in texts) == 1
    assert "wrong cannot be kept running (exit code 2); all is ended" in texts
    assert one.running == {}


async def test_what_children_say_is_told_with_its_level_and_logger(capfd):
    talk = "print('INFO:a.b:hello'); print('INFO:     GET /'); print('plain'); raise SystemExit(2)"
    await supervisor(Child("one", python(talk))).run()
    lines = [line for line in said(capfd) if line["from"] == "one"]
    assert [{k: v for k, v in line.items() if k != "at"} for line in lines] == [
        {"from": "one", "level": "info", "logger": "a.b", "text": "hello"},
        {"from": "one", "level": "info", "text": "GET /"},
        {"from": "one", "text": "plain"},
    ]


async def test_output_that_is_not_wanted_is_left_out(capfd):
    talk = "import sys; print('a table'); print('a word', file=sys.stderr); raise SystemExit(2)"
    await supervisor(Child("one", python(talk), output=False)).run()
    assert [line["text"] for line in said(capfd) if line["from"] == "one"] == ["a word"]


async def test_a_line_without_end_stops_nobody(capfd):
    talk = "print('x' * 500_000); print('after'); raise SystemExit(2)"
    await supervisor(Child("one", python(talk))).run()
    assert [line["text"] for line in said(capfd) if line["from"] == "one"][-1] == "after"


async def test_what_is_run_afterwards_is_run_once_all_have_ended(tmp_path):
    mark = tmp_path / "mark"
    one = supervisor(
        Child("wrong", python("raise SystemExit(2)")),
        afterwards=python("import sys, pathlib; pathlib.Path(sys.argv[1]).touch()", str(mark)),
    )
    await one.run()
    assert mark.exists()


def supervised(code, mark, *, hang_up=signal.SIG_DFL, **options):
    """Return how a supervisor of one child ended, of which its parent is told by signals.

    Where the tests run without a terminal SIGHUP may be ignored already, so it is set.
    """
    plan = Plan((Child("one", python(code, str(mark))),), json_log=True)
    command = [sys.executable, "-m", "crawler.cli.supervise", json.dumps(asdict(plan))]
    return subprocess.run(
        command, check=False, timeout=60,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, hang_up), **options,
    )  # fmt: skip


ENDS_CLEAN = """
import os, pathlib, signal, sys
def end(*_):
    pathlib.Path(sys.argv[1]).touch()
    sys.exit()
signal.signal(signal.SIGTERM, end)
for one in {signals}:
    os.kill(os.getppid(), one)
signal.pause()
"""


@pytest.fixture
def unread():
    """A pipe that nobody reads from any more."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def test_a_log_that_cannot_be_written_stops_nobody(tmp_path, unread):
    ended = supervised(ENDS_CLEAN.format(signals=[15]), tmp_path / "mark", stderr=unread)
    assert ended.returncode == 0
    assert (tmp_path / "mark").exists()


def test_lines_that_were_lost_are_counted(capfd, unread):
    log, kept = Log(as_json=True, width=6), os.dup(2)
    os.dup2(unread, 2)
    log.write("crawl", "one")
    log.write("crawl", "two")
    os.dup2(kept, 2)
    os.close(kept)
    log.write("crawl", "three")
    texts = [line["text"] for line in said(capfd)]
    assert texts == ["lines that could not be written: 2", "three"]


def test_a_terminal_that_goes_away_ends_all_cleanly_however_often_it_is_told(tmp_path):
    code = ENDS_CLEAN.format(signals=[1, 1])
    ended = supervised(code, tmp_path / "mark", stderr=subprocess.DEVNULL)
    assert ended.returncode == 0
    assert (tmp_path / "mark").exists()


def test_a_terminal_that_goes_away_is_nothing_to_who_ignores_it(tmp_path):
    code = ENDS_CLEAN.format(signals=[1]).replace("signal.pause()", "raise SystemExit(2)")
    mark = tmp_path / "mark"
    ended = supervised(code, mark, hang_up=signal.SIG_IGN, stderr=subprocess.DEVNULL)
    assert ended.returncode == 2
    assert not mark.exists()


@pytest.mark.parametrize("colour", ["", "\x1b[32m"])
def test_a_log_for_people_says_when_and_who(capfd, colour):
    Log(as_json=False, width=6).write("crawl", f"{colour}feeds 3 polled\n")
    at, _, rest = capfd.readouterr().err.partition(" ")
    assert at.endswith("Z")
    assert rest == "crawl  | feeds 3 polled\n"


def test_a_plan_is_read_as_it_was_written():
    plan = Plan((Child("a", ("x", "y")), Child("b", ("z",), output=False)), ("q",), json_log=True)
    assert Plan.read(json.dumps(asdict(plan))) == plan


@pytest.mark.parametrize(
    ("code", "words"),
    [(0, "exit code 0"), (70, "exit code 70"), (-signal.SIGKILL, "killed by SIGKILL")],
)
def test_an_end_is_told_in_words(code, words):
    assert supervise._how(code) == words
